import { CenteredPage } from "../shell/centered-page.tsx";
import { AccountForm } from "./account-form.tsx";
import { useEnter } from "./enter.ts";

/** A new server's first page: its first person becomes the owner. */
export function SetUpPage() {
  const enter = useEnter();
  return (
    <CenteredPage
      title="Set up Mindmesh"
      description="This server is new. The account you make here owns it and can invite everybody else."
    >
      <AccountForm withWorkspace submitLabel="Create the owner's account" onDone={enter} />
    </CenteredPage>
  );
}
