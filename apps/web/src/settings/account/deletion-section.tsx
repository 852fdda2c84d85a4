import { zodResolver } from "@hookform/resolvers/zod";
import { accountRoutes } from "@mindmesh/contracts/account";
import { Button, Callout, Field, Input } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { forgetPerson } from "../../identity/enter.ts";
import { PasswordInput } from "../../identity/password-input.tsx";
import { meQuery } from "../../identity/queries.ts";
import { accountApi } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { deletionQuery, securityQuery } from "./queries.ts";

const names = (workspaces: { name: string }[]) => workspaces.map(({ name }) => `“${name}”`).join(", ");

/** The end of the account, after saying what goes with it and what stands in the way. */
export function DeletionSection() {
  const preview = useQuery(deletionQuery);
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Delete my account" description="Your account and all of your data are deleted for ever.">
      <Loaded query={preview} skeleton={null}>
        {({ deletedWorkspaces, blockingWorkspaces, mustHandOverServer }) => {
          const blocked = blockingWorkspaces.length > 0 || mustHandOverServer;
          return (
            <div className="flex flex-col items-start gap-3">
              {blocked ? (
                <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />} title="First, this must be settled">
                  {blockingWorkspaces.length > 0 ? (
                    <p>
                      You are the only owner of {names(blockingWorkspaces)}. Make somebody else an owner, or delete it.
                    </p>
                  ) : null}
                  {mustHandOverServer ? (
                    <p>You own this server. Hand it over under Server, Sign-up and people.</p>
                  ) : null}
                </Callout>
              ) : null}
              {deletedWorkspaces.length > 0 ? (
                <p className="text-sm text-muted">
                  With it goes everything in {names(deletedWorkspaces)}, where nobody else is.
                </p>
              ) : null}
              <Button variant="danger" disabled={blocked} onClick={() => setAsking(true)}>
                Delete my account
              </Button>
            </div>
          );
        }}
      </Loaded>
      {asking ? <DeletionDialog onClose={() => setAsking(false)} /> : null}
    </Section>
  );
}

function DeletionDialog({ onClose }: { onClose: () => void }) {
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
