import { Button, Callout, Field, Input, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import Mail from "lucide-react/icons/mail";
import { useForm } from "react-hook-form";
import { checkLater } from "../../identity/check-later.ts";
import { FormError } from "../../identity/form-error.tsx";
import { PasswordInput } from "../../identity/password-input.tsx";
import { meQuery } from "../../identity/queries.ts";
import { accountApi } from "../api.ts";
import { Section } from "../parts/section.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { securityQuery } from "./queries.ts";

const check = checkLater(() => import("../form-checks.ts").then(({ changeEmail }) => changeEmail));

/** The address for signing in and for mails. */
export function EmailSection() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data: security } = useQuery(securityQuery);
  const queryClient = useQueryClient();
  const form = useForm({
    resolver: check,
    defaultValues: { email: me.person.email, password: "" },
  });
  const { errors, isSubmitting, dirtyFields } = form.formState;
  const submit = submitTo(form, async ({ email, password }) => {
    const { outcome } = await accountApi.changeEmail({ body: { email, ...(password ? { password } : {}) } });
    if (outcome === "changed") {
      queryClient.setQueryData(meQuery.queryKey, (old) => old && { ...old, person: { ...old.person, email } });
      form.reset({ email, password: "" });
      toast("E-mail address changed");
    } else {
      await queryClient.invalidateQueries(securityQuery);
      form.reset({ email: me.person.email, password: "" });
    }
  });
  return (
    <Section title="E-mail address" description="You sign in with it, and mails from this server go there.">
      <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-3">
        <FormError message={errors.root?.message} />
        {security?.pendingEmail ? (
          <Callout icon={<Mail aria-hidden="true" />}>
            A mail was sent to {security.pendingEmail}. The address changes when you open the link in it.
          </Callout>
        ) : null}
        <Field label="E-mail address" error={errors.email?.message}>
          <Input {...form.register("email")} type="email" autoComplete="email" inputMode="email" spellCheck={false} />
        </Field>
        {dirtyFields.email && security?.hasPassword !== false ? (
          <Field label="Your password" error={errors.password?.message} hint="To be sure that it is you.">
            <PasswordInput {...form.register("password")} autoComplete="current-password" />
          </Field>
        ) : null}
        <Button
          type="submit"
          variant="primary"
          busy={isSubmitting}
          disabled={!dirtyFields.email}
          className="self-start"
        >
          Change address
        </Button>
      </form>
    </Section>
  );
}
