import { ClientError } from "@mindmesh/client";
import type { Me } from "@mindmesh/contracts/identity";
import { ErrorState, Spinner } from "@mindmesh/ui";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { CenteredPage } from "../shell/centered-page.tsx";
import { identityApi } from "./api.ts";
import { useEnter } from "./enter.ts";
import { AcceptInvitation } from "./accept-invitation.tsx";
import { LinkBroken } from "./link-broken.tsx";
import { useLinkToken } from "./link-token.ts";
import { meQuery, setupQuery } from "./queries.ts";

/** What an invitation offers, and the way to accept it: with the account there is, or with a new one. */
export function InvitationPage() {
  const token = useLinkToken();
  const { data: setup } = useSuspenseQuery(setupQuery);
  const enter = useEnter();
  const preview = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => identityApi.readInvitation({ body: { token }, signal }),
    enabled: token !== "",
    retry: false,
    staleTime: Infinity,
  });
  // Who is signed in on this device; nobody is no fault here.
  const me = useQuery({ ...meQuery, retry: false });
  if (token === "") return <Broken message="Part of it is missing. Copy the whole link." />;
  if (preview.error instanceof ClientError && preview.error.code !== "offline") {
    return <Broken message={preview.error.message} />;
  }
  if (preview.isError) {
    return (
      <CenteredPage title="Invitation">
        <ErrorState description={preview.error.message} onRetry={() => void preview.refetch()} />
      </CenteredPage>
    );
  }
  if (!preview.data || me.isPending) {
    return (
      <CenteredPage title="Invitation">
        <Spinner label="Loading" className="mx-auto size-5 text-faint" />
      </CenteredPage>
    );
  }
  const onDone = (joined: Me & { joinedWorkspaceId: string }) => {
    const { joinedWorkspaceId, ...rest } = joined;
    return enter(rest, `/w/${joinedWorkspaceId}/chat`);
  };
  return (
    <AcceptInvitation
      token={token}
      preview={preview.data}
      signedInAs={me.data?.person.email ?? null}
      providers={setup.providers}
      onDone={onDone}
    />
  );
}

function Broken({ message }: { message: string }) {
  return (
    <CenteredPage title="Invitation">
      <LinkBroken message={message} />
    </CenteredPage>
  );
}
