import { ClientError } from "@mindmesh/client";
import type { Connection, connectionChange } from "@mindmesh/contracts/query/connections";
import { toast } from "@mindmesh/ui";
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { connectionsApi } from "../api.ts";
import { connectionKeyOf, connectionsQuery } from "../queries.ts";

export type Change = Omit<z.input<typeof connectionChange>, "version">;

function store(queryClient: QueryClient, workspaceId: string, changed: Connection) {
  queryClient.setQueryData(connectionsQuery(workspaceId).queryKey, (known) =>
    known === undefined ? undefined : { items: known.items.map((each) => (each.id === changed.id ? changed : each)) },
  );
}

/** Changes a connection as it is shown; one that somebody else changed meanwhile is loaded anew. @throws ClientError */
export function useSave(workspaceId: string, connection: Connection) {
  const queryClient = useQueryClient();
  return async (change: Change) => {
    try {
      const changed = await connectionsApi.changeConnection({
        params: { workspaceId, connectionId: connection.id },
        body: { ...change, version: connection.version },
      });
      store(queryClient, workspaceId, changed);
      if (change.hidden) {
        await queryClient.invalidateQueries({ queryKey: connectionKeyOf(workspaceId, connection.id) });
      }
      return changed;
    } catch (error) {
      await queryClient.invalidateQueries(connectionsQuery(workspaceId));
      throw error;
    }
  };
}

/** The same for what holds at once, without a Save button: what the server says against it is told in a toast. */
export function useChange(workspaceId: string, connection: Connection) {
  const save = useSave(workspaceId, connection);
  return useMutation({
    mutationFn: save,
    onSuccess: () => toast("Saved", { tone: "success" }),
    onError: (error) => {
      if (!(error instanceof ClientError)) throw error;
      toast(Object.values(error.fields)[0] ?? error.message, { tone: "danger" });
    },
  });
}
