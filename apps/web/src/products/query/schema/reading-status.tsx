import { ClientError } from "@mindmesh/client";
import type { Connection } from "@mindmesh/contracts/query/connections";
import { Button, Callout, Progress, toast } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import CircleAlert from "lucide-react/icons/circle-alert";
import RefreshCw from "lucide-react/icons/refresh-cw";
import { Moment } from "../../../settings/parts/moment.tsx";
import { schemaApi } from "../api.ts";
import { connectionsQuery, isBeingRead } from "../queries.ts";

type ReadingProps = { workspaceId: string; connection: Connection };

/** Begins and cancels readings of a schema; what the server says against it is told in a toast. */
export function useReading({ workspaceId, connection }: ReadingProps) {
  const queryClient = useQueryClient();
  const params = { workspaceId, connectionId: connection.id };
  const settings = {
    onError: (error: Error) => {
      if (!(error instanceof ClientError)) throw error;
      toast(error.message, { tone: "danger" });
    },
    onSettled: () => queryClient.invalidateQueries(connectionsQuery(workspaceId)),
  };
  const refresh = useMutation({ ...settings, mutationFn: () => schemaApi.refreshSchema({ params }) });
  const cancel = useMutation({ ...settings, mutationFn: () => schemaApi.cancelReading({ params }) });
  return { refresh, cancel };
}

/** How old the schema is, with the way to a new one; nothing else while one is being read. */
export function SchemaAge({ workspaceId, connection, mayRefresh }: ReadingProps & { mayRefresh: boolean }) {
  const { refresh } = useReading({ workspaceId, connection });
  const busy = isBeingRead(connection) || refresh.isPending;
  return (
    <div className="flex items-center gap-2 text-xs text-faint">
      {connection.ingestedAt === null ? (
        "Never read"
      ) : (
        <span className="truncate">
          Read <Moment at={connection.ingestedAt} />
        </span>
      )}
      {mayRefresh ? (
        <Button size="sm" variant="ghost" icon={<RefreshCw />} disabled={busy} onClick={() => refresh.mutate()}>
          Read anew
        </Button>
      ) : null}
    </div>
  );
}

/** What goes on with the schema: progress with a way to cancel, or why the last reading failed. Draws nothing when all is well. */
export function ReadingStatus({ workspaceId, connection, mayRefresh }: ReadingProps & { mayRefresh: boolean }) {
  const { refresh, cancel } = useReading({ workspaceId, connection });
  const { ingestion, ingestedAt } = connection;
  if (ingestion === null) return null;
  if (isBeingRead(connection)) {
    const text = ingestion.state === "waiting" ? "Waiting for a free worker" : (ingestion.progressText ?? "Beginning");
    return (
      <div className="flex items-center gap-4 border-b border-line bg-sunken px-4 py-2">
        <div className="flex min-w-0 flex-1 flex-col gap-1.5">
          <p className="truncate text-xs text-muted" aria-live="polite">
            Reading the schema: {text}
          </p>
          <Progress label="Reading the schema" value={ingestion.state === "waiting" ? null : ingestion.progress} />
        </div>
        {mayRefresh ? (
          <Button size="sm" variant="ghost" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel
          </Button>
        ) : null}
      </div>
    );
  }
  if (ingestion.state !== "failed" || ingestion.error === null) return null;
  return (
    <div className="border-b border-line p-3">
      <Callout
        tone="danger"
        icon={<CircleAlert aria-hidden="true" />}
        title="The schema could not be read"
        action={
          mayRefresh ? (
            <Button size="sm" busy={refresh.isPending} onClick={() => refresh.mutate()}>
              Try again
            </Button>
          ) : undefined
        }
      >
        <p className="text-sm">{ingestion.error}</p>
        {ingestedAt === null ? null : <p className="text-xs text-muted">What was read before is still shown.</p>}
      </Callout>
    </div>
  );
}
