import { type StatementLimits } from "@mindmesh/contracts/query/connections";
import { Button, Field, Input, toast } from "@mindmesh/ui";
import { useForm } from "react-hook-form";
import { FormError } from "../../../identity/form-error.tsx";
import { Section } from "../../../settings/parts/section.tsx";
import { submitTo } from "../../../settings/parts/submit-to.ts";
import type { SectionProps } from "../sections.tsx";
import { useSave } from "./use-change.ts";

const megabyte = 1024 * 1024;

interface Fields {
  limits: string;
  seconds: string;
  rows: string;
  megabytes: string;
  cost: string;
}

const fieldsOf = ({ seconds, rows, bytes, cost }: StatementLimits): Fields => ({
  limits: "",
  seconds: String(seconds),
  rows: String(rows),
  megabytes: String(Math.round((bytes / megabyte) * 10) / 10),
  cost: cost === null ? "" : String(cost),
});

const between = (least: number, most: number) => (text: string) => {
  const value = Number(text.replaceAll(",", ""));
  const inside = text.trim() !== "" && Number.isFinite(value) && value >= least && value <= most;
  return inside || `From ${least.toLocaleString("en")} to ${most.toLocaleString("en")}.`;
};

/** How far one statement may go. */
export function LimitsPart({ workspaceId, connection }: SectionProps) {
  const save = useSave(workspaceId, connection);
  const values = fieldsOf(connection.limits);
  const form = useForm<Fields>({ defaultValues: values, values, resetOptions: { keepDirtyValues: true } });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = submitTo(form, async ({ seconds, rows, megabytes, cost }) => {
    const number = (text: string) => Number(text.replaceAll(",", ""));
    const saved = await save({
      limits: {
        seconds: Math.round(number(seconds)),
        rows: Math.round(number(rows)),
        bytes: Math.round(number(megabytes) * megabyte),
        cost: cost.trim() === "" ? null : number(cost),
      },
    });
    form.reset(fieldsOf(saved.limits));
    toast("Saved", { tone: "success" });
  });
  return (
    <Section title="Limits of a statement" description="What goes beyond one is stopped, and says so.">
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Time" aside="seconds" error={errors.seconds?.message}>
            <Input {...form.register("seconds", { validate: between(1, 600) })} inputMode="numeric" />
          </Field>
          <Field label="Rows to the page" error={errors.rows?.message}>
            <Input {...form.register("rows", { validate: between(1, 1_000_000) })} inputMode="numeric" />
          </Field>
          <Field label="Size of a result" aside="MB" error={errors.megabytes?.message}>
            <Input {...form.register("megabytes", { validate: between(0.1, 500) })} inputMode="decimal" />
          </Field>
          <Field
            label="Estimated cost"
            error={errors.cost?.message}
            hint="In the planner's own units, before it is run. Empty: no cap."
          >
            <Input
              {...form.register("cost", {
                validate: (text) => text.trim() === "" || between(1, Number.MAX_SAFE_INTEGER)(text),
              })}
              inputMode="numeric"
            />
          </Field>
        </div>
        <div>
          <Button type="submit" busy={isSubmitting} disabled={!isDirty}>
            Save limits
          </Button>
        </div>
      </form>
    </Section>
  );
}
