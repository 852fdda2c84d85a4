import type { Me } from "@mindmesh/contracts/identity";
import { Button, Field, Input } from "@mindmesh/ui";
import { useForm } from "react-hook-form";
import { identityApi } from "./api.ts";
import { checkLater } from "./check-later.ts";
import { FormError } from "./form-error.tsx";
import { PasswordInput } from "./password-input.tsx";
import { showServerError } from "./server-errors.ts";

type AccountFormProps = {
  /** Asks for the name of the workspace too. */
  withWorkspace: boolean;
  submitLabel: string;
  onDone: (me: Me) => Promise<void>;
};

const check = checkLater(() => import("./form-checks.ts").then(({ signUp }) => signUp));

/** Makes an account: the first person's at set-up, later ones' where sign-up is open. */
export function AccountForm({ withWorkspace, submitLabel, onDone }: AccountFormProps) {
  const form = useForm({
    resolver: check,
    defaultValues: { name: "", email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      await onDone(await identityApi.signUp({ body }));
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
      <Field label="E-mail address" error={errors.email?.message}>
        <Input {...form.register("email")} type="email" autoComplete="username" inputMode="email" spellCheck={false} />
      </Field>
      <Field label="Password" error={errors.password?.message} hint="At least 10 characters, of any kind.">
        <PasswordInput {...form.register("password")} autoComplete="new-password" />
      </Field>
      {withWorkspace ? (
        <Field label="Workspace" error={errors.workspaceName?.message} hint="Your team's name. Yours, when left empty.">
          <Input
            {...form.register("workspaceName", { setValueAs: (value: string) => (value === "" ? undefined : value) })}
            autoComplete="organization"
          />
        </Field>
      ) : null}
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="mt-2 w-full">
        {submitLabel}
      </Button>
    </form>
  );
}
