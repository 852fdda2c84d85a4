import type { StoredFile } from "@mindmesh/contracts/files";
import { queryOptions } from "@tanstack/react-query";
import { workspaceKey, type EventHandler } from "../live/live-connection.ts";
import { filesApi } from "./api.ts";
import { updateAttached } from "./attachments.ts";

/** How large a file may be, and how much room the workspace has. */
export const fileLimitsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "files", "limits"],
    queryFn: ({ signal }) => filesApi.getFileLimits({ params: { workspaceId }, signal }),
    staleTime: 60_000,
  });

/** What the page does when the server has looked at a file: the contract's `file.changed`. */
export const handleFileEvent: EventHandler = (_, { type, payload }) => {
  if (type === "file.changed") updateAttached((payload as { file: StoredFile }).file);
};
