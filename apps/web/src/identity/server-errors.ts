import { ClientError } from "@mindmesh/client";
import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";

/**
 * Puts a refusal of the server where it belongs: each field's message below that field, the rest above the form
 * (`errors.root`). What was typed stays.
 */
export function showServerError<T extends FieldValues>(form: UseFormReturn<T, unknown, unknown>, error: unknown) {
  if (!(error instanceof ClientError)) throw error;
  const known = form.getValues();
  const fields = Object.entries(error.fields).filter(([name]) => name in known);
  for (const [index, [name, message]] of fields.entries()) {
    form.setError(name as FieldPath<T>, { message }, { shouldFocus: index === 0 });
  }
  if (fields.length === 0) form.setError("root", { message: error.message });
}
