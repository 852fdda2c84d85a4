import { ClientError } from "@mindmesh/client";
import type { ProgramRequest } from "@mindmesh/contracts/oauth";
import { Button, Callout, ErrorState, Field, RadioGroup, Select, Spinner } from "@mindmesh/ui";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import Monitor from "lucide-react/icons/monitor";
import { useState } from "react";
import { meQuery } from "../identity/queries.ts";
import { FormError } from "../identity/form-error.tsx";
import { CenteredPage } from "../shell/centered-page.tsx";
import { lastWorkspace } from "../workspace/last-workspace.ts";
import { connectApi } from "./api.ts";
import { scopeWords } from "./scope-words.ts";

const route = getRouteApi("/connect/$requestId");
const scopes = ["read", "write", "admin"] as const;
type Scope = (typeof scopes)[number];

/** A program asks to act for the person: who it is, what it wants, in which workspace; allow or deny. */
export function ConnectPage() {
  const { requestId } = route.useParams();
  const request = useQuery({
    queryKey: ["connect", requestId],
    queryFn: ({ signal }) => connectApi.readProgramRequest({ params: { requestId }, signal }),
    retry: false,
    staleTime: Infinity,
  });
  if (request.error) {
    const over = request.error instanceof ClientError && request.error.status === 404;
    return (
      <CenteredPage title="Connect a program">
        <ErrorState
          title={over ? "This request is over" : "This did not load"}
          description={request.error.message}
          {...(over ? {} : { onRetry: () => void request.refetch() })}
        />
      </CenteredPage>
    );
  }
  if (!request.data) {
    return (
      <CenteredPage title="Connect a program">
        <Spinner label="Loading" className="mx-auto size-5 text-faint" />
      </CenteredPage>
    );
  }
  return <Decision requestId={requestId} request={request.data} />;
}

function Decision({ requestId, request }: { requestId: string; request: ProgramRequest }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const remembered = me.workspaces.find(({ id }) => id === lastWorkspace()) ?? me.workspaces[0];
  const [workspaceId, setWorkspaceId] = useState(remembered?.id ?? "");
  const [scope, setScope] = useState<Scope>(request.scope);
  const [busy, setBusy] = useState<"allow" | "deny" | "done" | null>(null);
  const [fault, setFault] = useState<string | undefined>();
  const offered = scopes.slice(0, scopes.indexOf(request.scope) + 1);

  const decide = async (decision: "allow" | "deny") => {
    setBusy(decision);
    setFault(undefined);
    try {
      const body = decision === "allow" ? { decision, workspaceId, scope } : { decision };
      const { continueAt } = await connectApi.decideProgramRequest({ params: { requestId }, body });
      setBusy("done");
      // The server sends the browser on to the program, which may not be a page.
      location.assign(continueAt);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      setFault(error.message);
      setBusy(null);
    }
  };
  if (busy === "done") {
    return (
      <CenteredPage title="Back to the program" description="You can close this page when the program has taken over.">
        <Spinner label="Going back to the program" className="mx-auto size-5 text-faint" />
      </CenteredPage>
    );
  }
  return (
    <CenteredPage
      title={`Connect ${request.name}?`}
      description={
        <>
          It asks to act as <strong className="font-medium text-ink">{me.person.email}</strong>.
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <FormError message={fault} />
        <Origin request={request} />
        <Field label="In the workspace">
          <Select
            value={workspaceId}
            onValueChange={setWorkspaceId}
            options={me.workspaces.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <RadioGroup
          label="It may"
          value={scope}
          onValueChange={(value) => setScope(value as Scope)}
          options={offered.map((value) => ({ value, ...scopeWords[value] }))}
        />
        <div className="flex flex-col gap-2">
          <Button
            variant="primary"
            size="lg"
            className="w-full"
            busy={busy === "allow"}
            disabled={busy !== null || workspaceId === ""}
            onClick={() => void decide("allow")}
          >
            Allow
          </Button>
          <Button
            size="lg"
            className="w-full"
            busy={busy === "deny"}
            disabled={busy !== null}
            onClick={() => void decide("deny")}
          >
            Deny
          </Button>
        </div>
        <p className="text-xs text-faint">You can disconnect it at any time under Settings, Connected programs.</p>
      </div>
    </CenteredPage>
  );
}

/** Who is behind the request, as far as anybody can know, and where the answer goes. */
function Origin({ request: { name, host, goesTo } }: { request: ProgramRequest }) {
  const place = <strong className="font-medium [overflow-wrap:anywhere]">{goesTo.name}</strong>;
  return (
    <Callout tone={host === null ? "warning" : "info"} icon={<Monitor aria-hidden="true" />}>
      <p>
        {host === null ? (
          <>
            “{name}” is what the program calls itself. Nobody has checked it: allow it only if you have just started
            this.
          </>
        ) : (
          <>
            The program is described at <strong className="font-medium">{host}</strong>.
          </>
        )}
      </p>
      <p className="mt-1">
        {goesTo.kind === "site" ? (
          <>The answer goes to the site {place}.</>
        ) : goesTo.kind === "device" ? (
          <>The answer goes to a program on this device ({place}). Any program on it could be the one that listens.</>
        ) : (
          <>The answer goes to the program on this device that opens {place} links.</>
        )}
      </p>
    </Callout>
  );
}
