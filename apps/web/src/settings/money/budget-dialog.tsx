import { type Budget, type BudgetKind, budgetChange, budgetBody } from "@mindmesh/contracts/money";
import { zodResolver } from "@hookform/resolvers/zod";
import { Field, Input, Select, Switch } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { Controller, useForm, useWatch } from "react-hook-form";
import { apiKeysQuery } from "../account/queries.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { membersQuery } from "../workspace/queries.ts";
import { kindOptions, subjectInWords } from "./budget-words.ts";
import { moneyApi } from "./api.ts";

type BudgetDialogProps = {
  workspaceId: string;
  /** The one to change; null for a new one. */
  budget: Budget | null;
  onSaved: () => Promise<unknown>;
  onClose: () => void;
};

const everyOne = "each";
const periods = [
  { value: "day", label: "a day (UTC)" },
  { value: "month", label: "a month (UTC)" },
];

const newBudget = {
  kind: "workspace" as BudgetKind,
  subject: null as string | null,
  period: "month" as Budget["period"],
  limitUsd: 10,
  warnPercent: 80,
  includesOwnKeys: false,
  unknownPrices: "refuse" as Budget["unknownPrices"],
};

/** Sets a budget or changes the terms of one. */
export function BudgetDialog({ workspaceId, budget, onSaved, onClose }: BudgetDialogProps) {
  const form = useForm({
    resolver: zodResolver(budget === null ? budgetBody : budgetChange.loose()) as never,
    defaultValues: budget ?? newBudget,
  });
  const { errors, isSubmitting } = form.formState;
  const kind = useWatch({ control: form.control, name: "kind" });
  const submit = submitTo(form, async (values: typeof newBudget) => {
    const { limitUsd, warnPercent, includesOwnKeys, unknownPrices } = values;
    const terms = { limitUsd, warnPercent, includesOwnKeys, unknownPrices };
    if (budget) await moneyApi.changeBudget({ params: { workspaceId, budgetId: budget.id }, body: terms });
    else {
      const { subject, period } = values;
      await moneyApi.addBudget({ params: { workspaceId }, body: { kind: values.kind, subject, period, ...terms } });
    }
    await onSaved();
    onClose();
  });
  return (
    <FormDialog
      title={budget ? `Budget for ${subjectInWords(budget)}` : "Add a budget"}
      submitLabel="Save"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      {budget ? null : (
        <>
          <Controller
            control={form.control}
            name="kind"
            render={({ field }) => (
              <Field label="For" error={errors.kind?.message}>
                <Select
                  options={kindOptions}
                  value={field.value}
                  onValueChange={(value) => {
                    field.onChange(value);
                    form.setValue("subject", null);
                  }}
                />
              </Field>
            )}
          />
          {kind === "workspace" ? null : (
            <Controller
              control={form.control}
              name="subject"
              render={({ field }) => (
                <SubjectField
                  workspaceId={workspaceId}
                  kind={kind}
                  value={field.value}
                  error={errors.subject?.message}
                  onChange={field.onChange}
                />
              )}
            />
          )}
        </>
      )}
      <div className="grid grid-cols-2 gap-3">
        <Field label="US dollars" error={errors.limitUsd?.message}>
          <Input
            {...form.register("limitUsd", { valueAsNumber: true })}
            type="number"
            min="0"
            step="any"
            inputMode="decimal"
          />
        </Field>
        {budget ? null : (
          <Controller
            control={form.control}
            name="period"
            render={({ field }) => (
              <Field label="In">
                <Select options={periods} value={field.value} onValueChange={field.onChange} />
              </Field>
            )}
          />
        )}
      </div>
      <Field
        label="Warn at (per cent)"
        error={errors.warnPercent?.message}
        hint="Owners and admins are told, and the person it is about."
      >
        <Input
          {...form.register("warnPercent", { valueAsNumber: true })}
          type="number"
          min="1"
          max="100"
          inputMode="numeric"
        />
      </Field>
      <Controller
        control={form.control}
        name="unknownPrices"
        render={({ field }) => (
          <Switch
            label="Let unknown prices pass"
            hint="Otherwise calls of models without a known price are refused."
            checked={field.value === "allow"}
            onCheckedChange={(checked) => field.onChange(checked ? "allow" : "refuse")}
          />
        )}
      />
      <Controller
        control={form.control}
        name="includesOwnKeys"
        render={({ field }) => (
          <Switch
            label="Count people’s own keys"
            hint="Calls that people pay with provider keys of their own."
            checked={field.value}
            onCheckedChange={field.onChange}
          />
        )}
      />
    </FormDialog>
  );
}

type SubjectFieldProps = {
  workspaceId: string;
  kind: BudgetKind;
  value: string | null;
  error: string | undefined;
  onChange: (value: string | null) => void;
};

function SubjectField({ workspaceId, kind, value, error, onChange }: SubjectFieldProps) {
  const { data: members = [] } = useQuery({ ...membersQuery(workspaceId), enabled: kind === "person" });
  const { data: keys = [] } = useQuery({ ...apiKeysQuery(workspaceId), enabled: kind === "api_key" });
  const subjects =
    kind === "person"
      ? members.map(({ id, name }) => ({ value: id, label: name }))
      : kind === "api_key"
        ? keys.map(({ id, name }) => ({ value: id, label: name }))
        : ["chat", "api"].map((name) => ({ value: name, label: name }));
  return (
    <Field label="Which" error={error} hint={value === null ? "Each one has the whole amount for itself." : undefined}>
      <Select
        options={[{ value: everyOne, label: subjectInWords({ kind, subject: null, subjectName: null }) }, ...subjects]}
        value={value ?? everyOne}
        onValueChange={(chosen) => onChange(chosen === everyOne ? null : chosen)}
      />
    </Field>
  );
}
