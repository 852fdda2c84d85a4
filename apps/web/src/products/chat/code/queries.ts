import type { CodeRun } from "@mindmesh/contracts/runs";
import { queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../../live/live-connection.ts";
import { runApi } from "./api.ts";

export interface Place {
  workspaceId: string;
  conversationId: string;
}

const codeKey = ({ workspaceId, conversationId }: Place) =>
  [...workspaceKey(workspaceId), "code", conversationId] as const;

/** A conversation's older runs are not looked for any more. */
const mostRuns = 1000;
const runsPerPage = 200;

/** What runs code here. How busy it is changes all the time, the rest when an admin changes it. */
export const sandboxQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "sandbox"],
    queryFn: ({ signal }) => runApi.describeSandbox({ params: { workspaceId }, signal }),
    staleTime: 30_000,
    // Its walls are tested in the first seconds of a server's life.
    refetchInterval: ({ state }) => (state.data?.state === "starting" ? 2000 : false),
  });

/** The runs of a conversation, newest first. Events keep them right. */
export const runsQuery = (place: Place) =>
  queryOptions({
    queryKey: [...codeKey(place), "runs"],
    queryFn: async ({ signal }) => {
      const runs: CodeRun[] = [];
      let cursor: string | null = null;
      do {
        const query: { limit: number; cursor?: string } = {
          limit: runsPerPage,
          ...(cursor === null ? {} : { cursor }),
        };
        const page = await runApi.listRuns({ params: place, query, signal });
        runs.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && runs.length < mostRuns);
      return runs;
    },
    staleTime: Infinity,
  });

/** A run with its source and what it has put out so far. Events and signals keep it right while it is looked at. */
export const runQuery = (place: Place, runId: string) =>
  queryOptions({
    queryKey: [...codeKey(place), "run", runId],
    queryFn: ({ signal }) => runApi.getRun({ params: { ...place, runId }, signal }),
    staleTime: Infinity,
  });

export const editorFilesQuery = (place: Place) =>
  queryOptions({
    queryKey: [...codeKey(place), "editor-files"],
    queryFn: ({ signal }) => runApi.listEditorFiles({ params: place, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });

/** The newest version of each file that code wrote. */
export const outputsQuery = (place: Place) =>
  queryOptions({
    queryKey: [...codeKey(place), "outputs"],
    queryFn: ({ signal }) => runApi.listOutputs({ params: place, signal }),
    select: ({ items }) => items,
    staleTime: Infinity,
  });

/** All versions of one file that code wrote, newest first. */
export const versionsQuery = (place: Place, path: string) =>
  queryOptions({
    queryKey: [...codeKey(place), "outputs", path],
    queryFn: ({ signal }) => runApi.listOutputs({ params: place, query: { path }, signal }),
    select: ({ items }) => items.toSorted((one, other) => other.version - one.version),
    staleTime: Infinity,
  });
