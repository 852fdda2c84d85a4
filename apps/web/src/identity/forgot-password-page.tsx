import { Button, EmptyState, Field, Input } from "@mindmesh/ui";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import MailCheck from "lucide-react/icons/mail-check";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { CenteredPage } from "../shell/centered-page.tsx";
import { identityApi } from "./api.ts";
import { checkLater } from "./check-later.ts";
import { FormError } from "./form-error.tsx";
import { setupQuery } from "./queries.ts";
import { showServerError } from "./server-errors.ts";
import { textLink } from "./text-link.ts";

const check = checkLater(() => import("./form-checks.ts").then(({ forgotPassword }) => forgotPassword));

/** Asks for a mail with a link that sets a new password; without e-mail says who can make such a link. */
export function ForgotPasswordPage() {
  const { data: setup } = useSuspenseQuery(setupQuery);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm({
    resolver: check,
    defaultValues: { email: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      await identityApi.forgotPassword({ body });
      setSentTo(body.email);
    } catch (error) {
      showServerError(form, error);
    }
  });
  const footer = (
    <Link to="/sign-in" className={textLink}>
      Back to sign-in
    </Link>
  );
  if (!setup.canSendEmail) {
    return (
      <CenteredPage title="Forgotten password" footer={footer}>
        <p className="text-sm text-muted">
          This server sends no e-mail. Ask whoever owns it: under Settings, Sign-up and people, they can make a link
          with which you set a new password.
        </p>
      </CenteredPage>
    );
  }
  if (sentTo !== null) {
    return (
      <CenteredPage title="Look into your mail" footer={footer}>
        <EmptyState
          icon={<MailCheck aria-hidden="true" />}
          title="A link is on its way"
          description={`If ${sentTo} has an account here, a mail brings a link that sets a new password.`}
        />
      </CenteredPage>
    );
  }
  return (
    <CenteredPage title="Forgotten password" description="A mail brings a link that sets a new one." footer={footer}>
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
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="mt-2 w-full">
          Send the link
        </Button>
      </form>
    </CenteredPage>
  );
}
