import type { RunDisplaySignal, RunEvent, RunOutputSignal, RunQueueSignal } from "@mindmesh/contracts/runs";
import type { QueryClient } from "@tanstack/react-query";
import type { EventHandler } from "../../../live/live-connection.ts";
import { editorFilesQuery, outputsQuery } from "./queries.ts";
import { cacheDisplay, cacheOutput, cachePosition, cacheRun } from "./run-cache.ts";

/** What the page does with the logged events of code. The server writes them by the contract's types. */
export const handleRunEvent: EventHandler = (queryClient, { workspaceId, type, payload }) => {
  switch (type) {
    case "chat.run.changed":
      cacheRun(queryClient, workspaceId, (payload as RunEvent<typeof type>).run);
      break;
    case "chat.editor.changed": {
      const { conversationId, path, version } = payload as RunEvent<typeof type>;
      const query = editorFilesQuery({ workspaceId, conversationId });
      const known = queryClient.getQueryData(query.queryKey)?.items.find((file) => file.path === path);
      // The page's own changes are known before they are told.
      if ((known?.version ?? null) !== version) void queryClient.invalidateQueries(query);
      break;
    }
    case "chat.outputs.changed": {
      const { conversationId } = payload as RunEvent<typeof type>;
      void queryClient.invalidateQueries(outputsQuery({ workspaceId, conversationId }));
      break;
    }
    default:
  }
};

/** What arrives in a conversation's room while code runs there. */
export function handleRunSignal(queryClient: QueryClient, workspaceId: string, type: string, payload: unknown) {
  if (type === "chat.run.output") cacheOutput(queryClient, workspaceId, payload as RunOutputSignal);
  else if (type === "chat.run.display") cacheDisplay(queryClient, workspaceId, payload as RunDisplaySignal);
  else if (type === "chat.run.queue") {
    const { conversationId, runId, position } = payload as RunQueueSignal;
    cachePosition(queryClient, { workspaceId, conversationId }, runId, position);
  }
}
