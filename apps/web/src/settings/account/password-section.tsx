import { Button, Field, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { checkLater } from "../../identity/check-later.ts";
import { FormError } from "../../identity/form-error.tsx";
import { PasswordInput } from "../../identity/password-input.tsx";
import { accountApi } from "../api.ts";
import { Section } from "../parts/section.tsx";
import { submitTo } from "../parts/submit-to.ts";

const check = checkLater(() => import("../form-checks.ts").then(({ changePassword }) => changePassword));

/** Changes the password, or sets the first one of an account that signs in elsewhere. */
export function PasswordSection({ hasPassword }: { hasPassword: boolean }) {
  const queryClient = useQueryClient();
  const form = useForm({
    resolver: check,
    defaultValues: { password: "", newPassword: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async ({ password, newPassword }) => {
    await accountApi.changePassword({ body: { newPassword, ...(hasPassword ? { password } : {}) } });
    form.reset();
    toast(hasPassword ? "Password changed" : "Password set", { description: "Every other device was signed out." });
    await queryClient.invalidateQueries({ queryKey: ["account"] });
  });
  return (
    <Section
      title="Password"
      description={hasPassword ? "A change signs out every other device." : "Your account has none yet."}
    >
      <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-3">
        <FormError message={errors.root?.message} />
        {hasPassword ? (
          <Field label="Current password" error={errors.password?.message}>
            <PasswordInput {...form.register("password")} autoComplete="current-password" />
          </Field>
        ) : null}
        <Field label="New password" error={errors.newPassword?.message} hint="At least 10 characters, of any kind.">
          <PasswordInput {...form.register("newPassword")} autoComplete="new-password" />
        </Field>
        <Button type="submit" variant="primary" busy={isSubmitting} className="self-start">
          {hasPassword ? "Change password" : "Set password"}
        </Button>
      </form>
    </Section>
  );
}
