import { Button, Field, Input, toast } from "@mindmesh/ui";
import { useForm } from "react-hook-form";
import { FormError } from "../../../identity/form-error.tsx";
import { Section } from "../../../settings/parts/section.tsx";
import { submitTo } from "../../../settings/parts/submit-to.ts";
import type { SectionProps } from "../sections.tsx";
import { useSave } from "./use-change.ts";

/** Name and label of a connection. */
export function NamePart({ workspaceId, connection }: SectionProps) {
  const save = useSave(workspaceId, connection);
  const values = { name: connection.name, label: connection.label ?? "" };
  const form = useForm({ defaultValues: values, values, resetOptions: { keepDirtyValues: true } });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = submitTo(form, async ({ name, label }) => {
    const saved = await save({ name, label: label.trim() === "" ? null : label });
    form.reset({ name: saved.name, label: saved.label ?? "" });
    toast("Saved", { tone: "success" });
  });
  return (
    <Section title="Name">
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name" error={errors.name?.message}>
            <Input {...form.register("name")} autoComplete="off" />
          </Field>
          <Field
            label="Label"
            hint="A word that is shown wherever it is used, such as “production”."
            error={errors.label?.message}
          >
            <Input {...form.register("label")} autoComplete="off" maxLength={40} />
          </Field>
        </div>
        <div>
          <Button type="submit" busy={isSubmitting} disabled={!isDirty}>
            Save name
          </Button>
        </div>
      </form>
    </Section>
  );
}
