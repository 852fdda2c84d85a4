import { ClientError } from "@mindmesh/client";
import { Button, Field, Input } from "@mindmesh/ui";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { CenteredPage } from "../shell/centered-page.tsx";
import { identityApi } from "./api.ts";
import { checkLater } from "./check-later.ts";
import { useEnter } from "./enter.ts";
import { FormError } from "./form-error.tsx";
import { LinkError } from "./link-error.tsx";
import { PasswordInput } from "./password-input.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";
import { setupQuery } from "./queries.ts";
import { showServerError } from "./server-errors.ts";
import { textLink } from "./text-link.ts";

const route = getRouteApi("/sign-in");

const check = checkLater(() => import("./form-checks.ts").then(({ signIn }) => signIn));

export function SignInPage() {
  const { data: setup } = useSuspenseQuery(setupQuery);
  const { next, error: refusal } = route.useSearch();
  const enter = useEnter();
  const [needsCode, setNeedsCode] = useState(false);
  const form = useForm({
    resolver: check,
    defaultValues: { email: "", password: "", code: undefined as string | undefined },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      await enter(await identityApi.signIn({ body }), next);
    } catch (error) {
      if (error instanceof ClientError && error.code === "second_factor_required") {
        setNeedsCode(true);
        return;
      }
      showServerError(form, error);
    }
  });
  const footer = setup.signUpOpen ? (
    <>
      New here?{" "}
      <Link to="/sign-up" className={textLink}>
        Create an account
      </Link>
    </>
  ) : null;
  return (
    <CenteredPage title="Sign in" footer={footer}>
      <LinkError code={refusal} />
      <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <Field label="E-mail address" error={errors.email?.message}>
          <Input
            {...form.register("email")}
            type="email"
            autoComplete="username"
            inputMode="email"
            spellCheck={false}
            autoFocus
          />
        </Field>
        <Field
          label="Password"
          error={errors.password?.message}
          aside={
            <Link to="/forgot-password" className={textLink}>
              Forgotten?
            </Link>
          }
        >
          <PasswordInput {...form.register("password")} autoComplete="current-password" />
        </Field>
        {needsCode ? (
          <Field
            label="Code"
            error={errors.code?.message}
            hint="The six digits of your authenticator app, or one of your recovery codes."
          >
            <Input {...form.register("code")} autoComplete="one-time-code" autoFocus spellCheck={false} />
          </Field>
        ) : null}
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="mt-2 w-full">
          Sign in
        </Button>
      </form>
      <ProviderButtons providers={setup.providers} returnTo={next} />
    </CenteredPage>
  );
}
