import type { SyntheticEvent } from "react";
import type { FieldValues, UseFormReturn } from "react-hook-form";
import { showServerError } from "../../identity/server-errors.ts";

/** A form's onSubmit: does the work with the checked values; what the server refuses is shown at its fields. */
export function submitTo<Values extends FieldValues, Checked>(
  form: UseFormReturn<Values, unknown, Checked>,
  work: (values: Checked) => Promise<unknown>,
) {
  const submit = form.handleSubmit(async (values) => {
    try {
      await work(values);
    } catch (error) {
      showServerError(form, error);
    }
  });
  return (event: SyntheticEvent) => {
    // A dialog's form stands, for React, inside the page's: its submit is not the page's.
    event.stopPropagation();
    void submit(event as never);
  };
}
