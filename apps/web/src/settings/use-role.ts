import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../identity/queries.ts";

/** The person's role in a workspace. */
export function useRole(workspaceId: string) {
  const { data: me } = useSuspenseQuery(meQuery);
  return me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
}
