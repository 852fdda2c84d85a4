import { Button, Field, Input, toast } from "@mindmesh/ui";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { checkLater } from "../../identity/check-later.ts";
import { FormError } from "../../identity/form-error.tsx";
import { meQuery } from "../../identity/queries.ts";
import { accountApi } from "../api.ts";
import { Section } from "../parts/section.tsx";
import { submitTo } from "../parts/submit-to.ts";

const check = checkLater(() => import("../form-checks.ts").then(({ updateProfile }) => updateProfile));

/** The person's own name, as others see it. */
export function NameSection() {
  const { data: me } = useSuspenseQuery(meQuery);
  const queryClient = useQueryClient();
  const form = useForm({
    resolver: check,
    defaultValues: { name: me.person.name },
  });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = submitTo(form, async (body) => {
    const person = await accountApi.updateProfile({ body });
    queryClient.setQueryData(meQuery.queryKey, (old) => old && { ...old, person });
    form.reset({ name: person.name });
    toast("Name saved");
  });
  return (
    <Section title="Name" description="How others in your workspaces see you.">
      <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-3">
        <FormError message={errors.root?.message} />
        <Field label="Your name" error={errors.name?.message}>
          <Input {...form.register("name")} autoComplete="name" />
        </Field>
        <Button type="submit" variant="primary" busy={isSubmitting} disabled={!isDirty} className="self-start">
          Save name
        </Button>
      </form>
    </Section>
  );
}
