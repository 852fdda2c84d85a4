import { zodResolver } from "@hookform/resolvers/zod";
import { accountRoutes } from "@mindmesh/contracts/account";
import { Field, Input } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { forgetPerson } from "../../identity/enter.ts";
import { PasswordInput } from "../../identity/password-input.tsx";
import { meQuery } from "../../identity/queries.ts";
import { accountApi } from "../api.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { securityQuery } from "./queries.ts";

/** Asks for the account's address and password before it is deleted. */
export function DeletionDialog({ onClose }: { onClose: () => void }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data: security } = useQuery(securityQuery);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    resolver: zodResolver(accountRoutes.deleteAccount.body),
    defaultValues: { email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async ({ email, password }) => {
    await accountApi.deleteAccount({ body: { email, ...(password ? { password } : {}) } });
    await navigate({ to: "/sign-in", search: {} });
    forgetPerson(queryClient);
  });
  return (
    <FormDialog
      title="Delete your account for ever?"
      description={`This cannot be undone. To confirm, type the account’s address: ${me.person.email}`}
      submitLabel="Delete my account"
      danger
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="E-mail address" error={errors.email?.message}>
        <Input {...form.register("email")} type="email" autoComplete="off" spellCheck={false} autoFocus />
      </Field>
      {security?.hasPassword === false ? null : (
        <Field label="Your password" error={errors.password?.message}>
          <PasswordInput {...form.register("password")} autoComplete="current-password" />
        </Field>
      )}
    </FormDialog>
  );
}
