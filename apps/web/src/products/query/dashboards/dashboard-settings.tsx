import { ClientError } from "@mindmesh/client";
import { dashboardContent, type Dashboard } from "@mindmesh/contracts/query/dashboards";
import { Button, Checkbox, Field, Input, Select, Textarea, toast } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "../../../settings/parts/form-dialog.tsx";
import { dashboardQuery, dashboardsApi, dashboardsQuery } from "./queries.ts";
import { ownTimezone, RecipientsField, ScheduleFields } from "./schedule-fields.tsx";

const never = "never";
const paces = [
  { value: never, label: "Only when asked" },
  { value: "60", label: "Every minute" },
  { value: "300", label: "Every 5 minutes" },
  { value: "3600", label: "Every hour" },
];

type DashboardSettingsProps = { workspaceId: string; dashboard: Dashboard; onClose: () => void };

/** Name, sharing, parameters, pace and snapshot of a dashboard. */
export function DashboardSettings({ workspaceId, dashboard, onClose }: DashboardSettingsProps) {
  const [draft, setDraft] = useState(() => dashboardContent.parse(dashboard));
  const [names, setNames] = useState(Object.keys(dashboard.parameters).join(", "));
  const queryClient = useQueryClient();
  const params = { workspaceId, dashboardId: dashboard.id };
  const save = useMutation({
    mutationFn: () => {
      const wanted = names.split(/[\s,]+/).filter((name) => name !== "");
      const parameters = Object.fromEntries(wanted.map((name) => [name, draft.parameters[name] ?? ""]));
      return dashboardsApi.updateDashboard({ params, body: { ...draft, parameters, version: dashboard.version } });
    },
    onSuccess: async (saved) => {
      queryClient.setQueryData(dashboardQuery(workspaceId, dashboard.id).queryKey, saved);
      await queryClient.invalidateQueries(dashboardsQuery(workspaceId));
      onClose();
    },
  });
  const send = useMutation({
    mutationFn: () => dashboardsApi.sendSnapshot({ params }),
    onSuccess: () => toast("The snapshot is on its way", { tone: "success" }),
    onError: (error) =>
      toast(error instanceof ClientError ? error.message : "It could not be sent.", { tone: "danger" }),
  });
  const fields = save.error instanceof ClientError ? (save.error.fields ?? {}) : {};
  const { snapshot } = draft;
  return (
    <FormDialog
      title="Settings of the dashboard"
      size="md"
      submitLabel="Save"
      busy={save.isPending}
      error={save.error === null || Object.keys(fields).length > 0 ? undefined : save.error.message}
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        save.mutate();
      }}
      onClose={onClose}
    >
      <Field label="Name" error={fields["name"]}>
        <Input
          value={draft.name}
          maxLength={200}
          onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        />
      </Field>
      <Field label="Description">
        <Textarea
          rows={2}
          value={draft.description}
          onChange={(event) => setDraft({ ...draft, description: event.target.value })}
        />
      </Field>
      <Checkbox
        label="Shared with the workspace"
        hint="Everybody sees only what their role may query."
        checked={draft.shared}
        onCheckedChange={(checked) => setDraft({ ...draft, shared: checked === true })}
      />
      <Field
        label="Parameters"
        hint="Names of parameters of its queries that can be set on the dashboard, such as year, region"
      >
        <Input value={names} spellCheck={false} onChange={(event) => setNames(event.target.value)} />
      </Field>
      <Field label="Read anew while it is open">
        <Select
          options={paces}
          value={draft.refreshSeconds === null ? never : String(draft.refreshSeconds)}
          onValueChange={(value) => setDraft({ ...draft, refreshSeconds: value === never ? null : Number(value) })}
        />
      </Field>
      <Checkbox
        label="Send a snapshot by schedule"
        hint="The first rows of every tile, by e-mail where the server has one set up, and as a notification."
        checked={snapshot !== null}
        onCheckedChange={(checked) =>
          setDraft({
            ...draft,
            snapshot:
              checked === true
                ? { cron: "0 8 * * 1-5", timezone: ownTimezone(), recipients: [dashboard.ownerId] }
                : null,
          })
        }
      />
      {snapshot ? (
        <>
          <ScheduleFields
            schedule={snapshot}
            error={fields["snapshot.cron"]}
            onChange={(schedule) => setDraft({ ...draft, snapshot: { ...snapshot, ...schedule } })}
          />
          <RecipientsField
            workspaceId={workspaceId}
            recipients={snapshot.recipients}
            error={fields["snapshot.recipients"]}
            onChange={(recipients) => setDraft({ ...draft, snapshot: { ...snapshot, recipients } })}
          />
          {dashboard.snapshot ? (
            <Button size="sm" className="self-start" busy={send.isPending} onClick={() => send.mutate()}>
              Send one now
            </Button>
          ) : null}
        </>
      ) : null}
    </FormDialog>
  );
}
