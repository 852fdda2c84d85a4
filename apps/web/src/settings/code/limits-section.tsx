import type { RunSettings } from "@mindmesh/contracts/runs";
import { Button, Field, Input, Switch, Textarea, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { Controller, useForm } from "react-hook-form";
import { checkLater } from "../../identity/check-later.ts";
import { FormError } from "../../identity/form-error.tsx";
import { runApi } from "../../products/chat/code/api.ts";
import { sandboxQuery } from "../../products/chat/code/queries.ts";
import { Section } from "../parts/section.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { asWritten, boundsInWords, limitFields } from "./limit-fields.ts";
import { runSettingsQuery } from "./queries.ts";

const check = checkLater(() => import("../form-checks.ts").then(({ runLimits }) => runLimits));

type LimitsSectionProps = { workspaceId: string; settings: RunSettings; usual: RunSettings };

/** How far a run may go, how many run at once, which hosts code may reach. */
export function LimitsSection({ workspaceId, settings, usual }: LimitsSectionProps) {
  const queryClient = useQueryClient();
  const form = useForm({ resolver: check, defaultValues: asWritten(settings) });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = submitTo(form, async (body) => {
    const saved = await runApi.updateRunSettings({ params: { workspaceId }, body });
    queryClient.setQueryData(runSettingsQuery(workspaceId).queryKey, saved);
    await queryClient.invalidateQueries(sandboxQuery(workspaceId));
    toast("Limits saved", { description: "They hold for runs that begin from now on." });
  });
  return (
    <form onSubmit={submit} noValidate>
      <Section
        title="Who and how much"
        description="For this workspace. A machine has its own limit of runs beside it."
      >
        <div className="flex flex-col gap-4">
          <FormError message={errors.root?.message} />
          <Controller
            control={form.control}
            name="enabled"
            render={({ field }) => (
              <Switch
                label="Members may run code"
                hint="So may models that members let use tools. Viewers never run code."
                checked={field.value}
                onCheckedChange={field.onChange}
              />
            )}
          />
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Runs at once" error={errors.concurrency?.message} hint="1 to 32. Others wait their turn.">
              <Input {...form.register("concurrency")} inputMode="numeric" />
            </Field>
            <Field
              label="Stop when its person is away for"
              aside="seconds"
              error={errors.awaySeconds?.message}
              hint="5 to 3,600. Away is without any open page."
            >
              <Input {...form.register("awaySeconds")} inputMode="numeric" />
            </Field>
          </div>
        </div>
      </Section>
      <Section title="Limits of a run" description="What goes beyond one is stopped, and says so.">
        <div className="grid gap-4 sm:grid-cols-2">
          {limitFields.map((field) => (
            <Field
              key={field.name}
              label={field.label}
              aside={field.unit}
              hint={`${field.hint} ${boundsInWords(field)}.`}
              error={errors.limits?.[field.name]?.message}
            >
              <Input {...form.register(`limits.${field.name}`)} inputMode="decimal" />
            </Field>
          ))}
        </div>
      </Section>
      <Section
        title="Network"
        description="Code reaches nothing outside, unless you name hosts here. They are asked through a proxy that checks each name and address."
      >
        <Field
          label="Hosts that code may reach"
          error={errors.hosts?.message}
          hint="One per line, such as pypi.org or *.example.org. Empty: no network at all."
        >
          <Controller
            control={form.control}
            name="hosts"
            render={({ field }) => (
              <Textarea
                rows={2}
                value={field.value}
                onChange={field.onChange}
                onBlur={field.onBlur}
                spellCheck={false}
                autoCapitalize="off"
                className="font-mono"
              />
            )}
          />
        </Field>
      </Section>
      <div className="flex flex-wrap gap-2 py-6">
        <Button type="submit" variant="primary" busy={isSubmitting} disabled={!isDirty}>
          Save
        </Button>
        <Button
          variant="ghost"
          disabled={isSubmitting}
          onClick={() => {
            const { limits, concurrency, awaySeconds } = asWritten(usual);
            for (const { name } of limitFields) form.setValue(`limits.${name}`, limits[name], { shouldDirty: true });
            form.setValue("concurrency", concurrency, { shouldDirty: true });
            form.setValue("awaySeconds", awaySeconds, { shouldDirty: true });
          }}
        >
          Fill in the usual limits
        </Button>
      </div>
    </form>
  );
}
