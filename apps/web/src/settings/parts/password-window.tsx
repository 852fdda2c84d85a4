import { zodResolver } from "@hookform/resolvers/zod";
import { confirmation } from "@mindmesh/contracts/account";
import { Field } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { PasswordInput } from "../../identity/password-input.tsx";
import { securityQuery } from "../account/queries.ts";
import { FormDialog } from "./form-dialog.tsx";
import { submitTo } from "./submit-to.ts";

type PasswordWindowProps = {
  title: string;
  description: ReactNode;
  confirmLabel: string;
  danger?: boolean;
  /** Does it, with what the person gave as proof; a refusal is shown in the dialog, which then stays. */
  run: (proof: { password?: string }) => Promise<unknown>;
  onClose: () => void;
};

/** Asks for the password again before something that opens or closes a way in. */
export function PasswordWindow({ title, description, confirmLabel, danger, run, onClose }: PasswordWindowProps) {
  const { data: security } = useQuery(securityQuery);
  const form = useForm({ resolver: zodResolver(confirmation), defaultValues: { password: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async ({ password }) => {
    await run(security?.hasPassword === false || password === undefined ? {} : { password });
    onClose();
  });
  return (
    <FormDialog
      title={title}
      description={description}
      submitLabel={confirmLabel}
      danger={danger ?? false}
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      {security?.hasPassword === false ? (
        <p className="text-sm text-muted">
          Your account has no password: your sign-in must be less than ten minutes old.
        </p>
      ) : (
        <Field label="Your password" error={errors.password?.message}>
          <PasswordInput {...form.register("password")} autoComplete="current-password" autoFocus />
        </Field>
      )}
    </FormDialog>
  );
}
