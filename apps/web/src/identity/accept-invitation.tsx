import { ClientError } from "@mindmesh/client";
import type { Me, SignInProvider } from "@mindmesh/contracts/identity";
import { Button, Field, Input } from "@mindmesh/ui";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import type { invitationPreview } from "@mindmesh/contracts/identity";
import { CenteredPage } from "../shell/centered-page.tsx";
import { identityApi } from "./api.ts";
import { checkLater } from "./check-later.ts";
import { FormError } from "./form-error.tsx";
import { PasswordInput } from "./password-input.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";
import { showServerError } from "./server-errors.ts";

type Accepted = (joined: Me & { joinedWorkspaceId: string }) => Promise<void>;

type AcceptInvitationProps = {
  token: string;
  preview: z.infer<typeof invitationPreview>;
  /** Address of the account that is signed in on this device. */
  signedInAs: string | null;
  providers: readonly { id: SignInProvider; name: string }[];
  onDone: Accepted;
};

/** The way into a workspace that fits: one press, signing in first, or a new account. */
export function AcceptInvitation({ token, preview, signedInAs, providers, onDone }: AcceptInvitationProps) {
  const { workspaceName, invitedBy, email, role, hasAccount } = preview;
  const isInvited = signedInAs?.toLowerCase() === email.toLowerCase();
  const description = (
    <>
      {invitedBy} invites <strong className="font-medium text-ink">{email}</strong> as {role}.
    </>
  );
  return (
    <CenteredPage title={`Join ${workspaceName}`} description={description}>
      {isInvited ? (
        <JoinButton token={token} workspaceName={workspaceName} onDone={onDone} />
      ) : hasAccount ? (
        <SignInAndJoin token={token} email={email} signedInAs={signedInAs} onDone={onDone} />
      ) : (
        <NewAccountAndJoin token={token} onDone={onDone} />
      )}
      {isInvited ? null : <ProviderButtons providers={providers} returnTo="/" invitation={token} />}
    </CenteredPage>
  );
}

function JoinButton({ token, workspaceName, onDone }: { token: string; workspaceName: string; onDone: Accepted }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | undefined>();
  const join = async () => {
    setBusy(true);
    try {
      await onDone(await identityApi.acceptInvitation({ body: { token } }));
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      setFault(error.message);
      setBusy(false);
    }
  };
  return (
    <div className="flex flex-col gap-4">
      <FormError message={fault} />
      <Button variant="primary" size="lg" busy={busy} className="w-full" onClick={() => void join()}>
        Join {workspaceName}
      </Button>
    </div>
  );
}

type SignInAndJoinProps = { token: string; email: string; signedInAs: string | null; onDone: Accepted };

const checkSignIn = checkLater(() => import("./form-checks.ts").then(({ signIn }) => signIn));

function SignInAndJoin({ token, email, signedInAs, onDone }: SignInAndJoinProps) {
  const [needsCode, setNeedsCode] = useState(false);
  const form = useForm({
    resolver: checkSignIn,
    defaultValues: { email, password: "", code: undefined as string | undefined },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      await identityApi.signIn({ body });
      await onDone(await identityApi.acceptInvitation({ body: { token } }));
    } catch (error) {
      if (error instanceof ClientError && error.code === "second_factor_required") setNeedsCode(true);
      else showServerError(form, error);
    }
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
      <FormError message={errors.root?.message} />
      <p className="text-sm text-muted">
        {signedInAs === null ? "" : `You are signed in as ${signedInAs} here. `}Sign in with the invited address to
        join.
      </p>
      <Field label="E-mail address">
        <Input {...form.register("email")} readOnly autoComplete="username" />
      </Field>
      <Field label="Password" error={errors.password?.message}>
        <PasswordInput {...form.register("password")} autoComplete="current-password" autoFocus />
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
        Sign in and join
      </Button>
    </form>
  );
}

const checkAccount = checkLater(() => import("./form-checks.ts").then(({ invitedAccount }) => invitedAccount));

function NewAccountAndJoin({ token, onDone }: { token: string; onDone: Accepted }) {
  const form = useForm({ resolver: checkAccount, defaultValues: { name: "", password: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (account) => {
    try {
      await onDone(await identityApi.acceptInvitation({ body: { token, account } }));
    } catch (error) {
      showServerError(form, error);
    }
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
      <FormError message={errors.root?.message} />
      <Field label="Your name" error={errors.name?.message}>
        <Input {...form.register("name")} autoComplete="name" autoFocus />
      </Field>
      <Field label="Password" error={errors.password?.message} hint="At least 10 characters, of any kind.">
        <PasswordInput {...form.register("password")} autoComplete="new-password" />
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="mt-2 w-full">
        Create account and join
      </Button>
    </form>
  );
}
