import { ClientError } from "@mindmesh/client";
import { alertOperators, type Alert, type AlertContent } from "@mindmesh/contracts/query/dashboards";
import { Checkbox, Field, Input, Select } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../../identity/queries.ts";
import { FormDialog } from "../../../settings/parts/form-dialog.tsx";
import { alertsQuery, allSavedQueriesQuery, dashboardsApi } from "./queries.ts";
import { ownTimezone, RecipientsField, ScheduleFields } from "./schedule-fields.tsx";

const operatorWords: Record<AlertContent["condition"]["operator"], string> = {
  ">": "is above",
  ">=": "is at least",
  "<": "is below",
  "<=": "is at most",
  "=": "is",
  "<>": "is not",
};

type AlertDialogFormProps = { workspaceId: string; alert: Alert | null; onClose: () => void };

/** An alert, made or changed. */
export function AlertDialogForm({ workspaceId, alert, onClose }: AlertDialogFormProps) {
  const { data: me } = useSuspenseQuery(meQuery);
  const saved = useQuery(allSavedQueriesQuery(workspaceId));
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<AlertContent>(
    () =>
      alert ?? {
        savedQueryId: "",
        name: "",
        parameters: {},
        condition: { column: null, over: "any", operator: ">", value: "0" },
        schedule: { cron: "0 * * * *", timezone: ownTimezone() },
        recipients: [me.person.id],
        enabled: true,
      },
  );
  const { savedQueryId, name, parameters, condition, schedule, recipients, enabled } = draft;
  const body = { savedQueryId, name, parameters, condition, schedule, recipients, enabled };
  const save = useMutation({
    mutationFn: () =>
      alert
        ? dashboardsApi.updateAlert({
            params: { workspaceId, alertId: alert.id },
            body: { ...body, version: alert.version },
          })
        : dashboardsApi.createAlert({ params: { workspaceId }, body }),
    onSuccess: async () => {
      await queryClient.invalidateQueries(alertsQuery(workspaceId));
      onClose();
    },
  });
  const fields = save.error instanceof ClientError ? (save.error.fields ?? {}) : {};
  return (
    <FormDialog
      title={alert ? "Change the alert" : "New alert"}
      size="md"
      submitLabel={alert ? "Save" : "Make"}
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
        <Input value={name} maxLength={200} onChange={(event) => setDraft({ ...draft, name: event.target.value })} />
      </Field>
      <Field label="Saved query" error={fields["savedQueryId"]}>
        <Select
          placeholder="Choose one"
          options={(saved.data ?? []).map(({ id, name: label }) => ({ value: id, label }))}
          {...(savedQueryId !== "" && { value: savedQueryId })}
          onValueChange={(value) => {
            const query = saved.data?.find(({ id }) => id === value);
            setDraft({ ...draft, savedQueryId: value, parameters: query?.parameters ?? {} });
          }}
        />
      </Field>
      <Field label="Column" hint="Empty: the number of rows" error={fields["condition.column"]}>
        <Input
          value={condition.column ?? ""}
          spellCheck={false}
          onChange={(event) => setDraft({ ...draft, condition: { ...condition, column: event.target.value || null } })}
        />
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field label="Condition">
          <Select
            options={alertOperators.map((value) => ({ value, label: operatorWords[value] }))}
            value={condition.operator}
            onValueChange={(value) =>
              setDraft({
                ...draft,
                condition: { ...condition, operator: value as AlertContent["condition"]["operator"] },
              })
            }
          />
        </Field>
        <Field label="Value" error={fields["condition.value"]}>
          <Input
            value={condition.value}
            onChange={(event) => setDraft({ ...draft, condition: { ...condition, value: event.target.value } })}
          />
        </Field>
      </div>
      {condition.column === null ? null : (
        <Checkbox
          label="In every row"
          hint="Otherwise one row is enough."
          checked={condition.over === "all"}
          onCheckedChange={(checked) =>
            setDraft({ ...draft, condition: { ...condition, over: checked === true ? "all" : "any" } })
          }
        />
      )}
      <ScheduleFields
        schedule={schedule}
        error={fields["schedule.cron"]}
        onChange={(next) => setDraft({ ...draft, schedule: next })}
      />
      <RecipientsField
        workspaceId={workspaceId}
        recipients={recipients}
        error={fields["recipients"]}
        onChange={(next) => setDraft({ ...draft, recipients: next })}
      />
      <Checkbox
        label="Switched on"
        checked={enabled}
        onCheckedChange={(checked) => setDraft({ ...draft, enabled: checked === true })}
      />
    </FormDialog>
  );
}
