import { Button, Field, Input } from "@mindmesh/ui";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { CenteredPage } from "../shell/centered-page.tsx";
import { identityApi } from "./api.ts";
import { checkLater } from "./check-later.ts";
import { useEnter } from "./enter.ts";
import { FormError } from "./form-error.tsx";
import { showServerError } from "./server-errors.ts";
import { textLink } from "./text-link.ts";

const route = getRouteApi("/sign-in/second-factor");

const check = checkLater(() => import("./form-checks.ts").then(({ secondFactor }) => secondFactor));

/** The code of the authenticator app, for a sign-in that came from another provider. */
export function SecondFactorPage() {
  const { returnTo } = route.useSearch();
  const enter = useEnter();
  const form = useForm({ resolver: check, defaultValues: { code: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      await enter(await identityApi.finishSecondFactor({ body }), returnTo);
    } catch (error) {
      showServerError(form, error);
    }
  });
  const footer = (
    <Link to="/sign-in" search={{}} className={textLink}>
      Sign in another way
    </Link>
  );
  return (
    <CenteredPage title="One more step" footer={footer}>
      <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <Field
          label="Code"
          error={errors.code?.message}
          hint="The six digits of your authenticator app, or one of your recovery codes."
        >
          <Input {...form.register("code")} autoComplete="one-time-code" autoFocus spellCheck={false} />
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting} className="mt-2 w-full">
          Sign in
        </Button>
      </form>
    </CenteredPage>
  );
}
