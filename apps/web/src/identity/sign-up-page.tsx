import { EmptyState } from "@mindmesh/ui";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CenteredPage } from "../shell/centered-page.tsx";
import { AccountForm } from "./account-form.tsx";
import { useEnter } from "./enter.ts";
import { setupQuery } from "./queries.ts";

const linkClasses = "font-medium text-accent-ink underline-offset-4 hover:underline";

export function SignUpPage() {
  const { data: setup } = useSuspenseQuery(setupQuery);
  const enter = useEnter();
  const footer = (
    <>
      Already have an account?{" "}
      <Link to="/sign-in" className={linkClasses}>
        Sign in
      </Link>
    </>
  );
  return (
    <CenteredPage title="Create an account" footer={footer}>
      {setup.signUpOpen ? (
        <AccountForm withWorkspace={false} submitLabel="Create account" onDone={enter} />
      ) : (
        <EmptyState
          title="Sign-up is closed"
          description="People join this server by invitation. Ask somebody who uses it to invite you."
        />
      )}
    </CenteredPage>
  );
}
