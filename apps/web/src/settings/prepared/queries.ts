import { infiniteQueryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { preparedApi } from "./api.ts";

/** Begins with the key of everything about models, so that their event loads it anew. */
export const preparedAnswersQuery = (workspaceId: string) =>
  infiniteQueryOptions({
    queryKey: [...workspaceKey(workspaceId), "models", "prepared-answers"],
    queryFn: ({ pageParam, signal }) =>
      preparedApi.listPreparedAnswers({
        params: { workspaceId },
        query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
