import { EmptyState } from "@mindmesh/ui";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CenteredPage } from "../shell/centered-page.tsx";
import { AccountForm } from "./account-form.tsx";
import { useEnter } from "./enter.ts";
import { ProviderButtons } from "./provider-buttons.tsx";
import { setupQuery } from "./queries.ts";
import { textLink } from "./text-link.ts";

export function SignUpPage() {
  const { data: setup } = useSuspenseQuery(setupQuery);
  const enter = useEnter();
  const footer = (
    <>
      Already have an account?{" "}
      <Link to="/sign-in" className={textLink}>
        Sign in
      </Link>
    </>
  );
  return (
    <CenteredPage title="Create an account" footer={footer}>
      {setup.signUpOpen ? (
        <>
          <AccountForm withWorkspace={false} submitLabel="Create account" onDone={enter} />
          <ProviderButtons providers={setup.providers} />
        </>
      ) : (
        <EmptyState
          title="Sign-up is closed"
          description="People join this server by invitation. Ask somebody who uses it to invite you."
        />
      )}
    </CenteredPage>
  );
}
