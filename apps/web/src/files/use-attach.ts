import { toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { attach } from "./attachments.ts";
import { fileLimitsQuery } from "./queries.ts";

/** Gives the function that attaches files to a place's next message, and says what could not be taken. */
export function useAttach(workspaceId: string, place: string) {
  const queryClient = useQueryClient();
  return useCallback(
    async (files: readonly File[]) => {
      if (files.length === 0) return;
      // A file that is too large is refused before its first byte is sent; without the limits the server refuses it.
      const limits = await queryClient.ensureQueryData(fileLimitsQuery(workspaceId)).catch(() => null);
      const problem = attach(workspaceId, place, files, limits?.maxFileBytes ?? null);
      if (problem !== null) toast(problem, { tone: "danger" });
    },
    [queryClient, workspaceId, place],
  );
}
