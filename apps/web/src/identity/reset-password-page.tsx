import { ClientError } from "@mindmesh/client";
import { errorTable } from "@mindmesh/contracts/errors";
import { Button, Field, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { CenteredPage } from "../shell/centered-page.tsx";
import { identityApi } from "./api.ts";
import { checkLater } from "./check-later.ts";
import { forgetPerson } from "./enter.ts";
import { FormError } from "./form-error.tsx";
import { LinkBroken } from "./link-broken.tsx";
import { useLinkToken } from "./link-token.ts";
import { PasswordInput } from "./password-input.tsx";
import { showServerError } from "./server-errors.ts";

const check = checkLater(() => import("./form-checks.ts").then(({ resetPassword }) => resetPassword));

/** Sets a new password, for whoever holds the link. */
export function ResetPasswordPage() {
  const token = useLinkToken();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [broken, setBroken] = useState(token === "");
  const form = useForm({
    resolver: check,
    defaultValues: { token, password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      await identityApi.resetPassword({ body });
    } catch (error) {
      if (error instanceof ClientError && error.code === "link_expired") setBroken(true);
      else showServerError(form, error);
      return;
    }
    forgetPerson(queryClient);
    toast("Your new password is set. Sign in with it.");
    await navigate({ to: "/sign-in", search: {}, replace: true });
  });
  if (broken) {
    return (
      <CenteredPage title="New password">
        <LinkBroken message={errorTable.link_expired.message} />
      </CenteredPage>
    );
  }
  return (
    <CenteredPage title="New password" description="Every device that is signed in now is signed out.">
      <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <Field label="New password" error={errors.password?.message} hint="At least 10 characters, of any kind.">
          <PasswordInput {...form.register("password")} autoComplete="new-password" autoFocus />
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="mt-2 w-full">
          Set password
        </Button>
      </form>
    </CenteredPage>
  );
}
