import type { ToolLimits, ToolSettings } from "@mindmesh/contracts/tools";
import { Button, Field, Input, Switch, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { checkLater } from "../../identity/check-later.ts";
import { FormError } from "../../identity/form-error.tsx";
import { showError } from "../../shell/show-error.ts";
import { toolsApi } from "../../tools/api.ts";
import { toolSettingsQuery } from "../../tools/queries.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { submitTo } from "../parts/submit-to.ts";

const check = checkLater(() => import("../form-checks.ts").then(({ toolLimits }) => toolLimits));

type RulesSectionProps = { workspaceId: string; mayChange: boolean };

/** Who approves critical calls, and how far an answer goes by itself. */
export function RulesSection({ workspaceId, mayChange }: RulesSectionProps) {
  const queryClient = useQueryClient();
  const query = toolSettingsQuery(workspaceId);
  const settings = useQuery(query);
  const save = async (body: ToolSettings) => {
    const saved = await toolsApi.changeToolSettings({ params: { workspaceId }, body });
    queryClient.setQueryData(query.queryKey, saved);
    toast("Saved");
  };
  const rule = useMutation({ mutationFn: save, onError: showError });
  return (
    <Loaded query={settings}>
      {(data) => (
        <>
          <Section
            title="Critical calls"
            description="They wait until the person in whose name they run approves exactly what they would do."
          >
            <Switch
              label="An admin must approve critical calls, too"
              hint="After the person has. Owners and admins approve their own calls alone."
              checked={data.criticalApproval === "admin"}
              disabled={!mayChange || rule.isPending}
              onCheckedChange={(on) => rule.mutate({ ...data, criticalApproval: on ? "admin" : "person" })}
            />
          </Section>
          <Section
            title="How far an answer goes"
            description="When a limit is reached the answer stops, says so, and a person decides whether it goes on."
          >
            <LimitsForm
              key={JSON.stringify(data.limits)}
              limits={data.limits}
              mayChange={mayChange}
              onSave={(limits) => save({ ...data, limits })}
            />
          </Section>
        </>
      )}
    </Loaded>
  );
}

type LimitsFormProps = { limits: ToolLimits; mayChange: boolean; onSave: (limits: ToolLimits) => Promise<void> };

function LimitsForm({ limits, mayChange, onSave }: LimitsFormProps) {
  const form = useForm({ resolver: check, defaultValues: limits });
  const { errors, isSubmitting, isDirty } = form.formState;
  const number = (name: keyof ToolLimits, step: number) => (
    <Input
      {...form.register(name, { valueAsNumber: true })}
      type="number"
      inputMode="decimal"
      step={step}
      readOnly={!mayChange}
      autoComplete="off"
    />
  );
  return (
    <form onSubmit={submitTo(form, onSave)} noValidate className="flex flex-col gap-3">
      <FormError message={errors.root?.message} />
      <div className="grid grid-cols-3 gap-3 phone:grid-cols-1">
        <Field label="Rounds of calls" hint="In a row, without an answer." error={errors.steps?.message}>
          {number("steps", 1)}
        </Field>
        <Field label="Calls in a round" hint="That a model asks for at once." error={errors.callsInStep?.message}>
          {number("callsInStep", 1)}
        </Field>
        <Field label="Dollars for an answer" hint="As far as prices are known." error={errors.costUsd?.message}>
          {number("costUsd", 0.01)}
        </Field>
      </div>
      {mayChange ? (
        <Button type="submit" variant="primary" busy={isSubmitting} disabled={!isDirty} className="self-start">
          Save limits
        </Button>
      ) : (
        <p className="text-xs text-muted">An owner or admin can change them.</p>
      )}
    </form>
  );
}
