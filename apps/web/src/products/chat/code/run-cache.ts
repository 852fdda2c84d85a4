import type { CodeRun, CodeRunDetails, RunDisplay, RunOutputSignal } from "@mindmesh/contracts/runs";
import type { QueryClient } from "@tanstack/react-query";
import { runQuery, runsQuery, type Place } from "./queries.ts";

const newerFirst = (one: CodeRun, other: CodeRun) => (one.id < other.id ? 1 : -1);

/** Puts a new or changed run into the list and into its details. What is older than what is known changes nothing. */
export function cacheRun(queryClient: QueryClient, workspaceId: string, run: CodeRun) {
  const place = { workspaceId, conversationId: run.conversationId };
  const { queryKey } = runsQuery(place);
  queryClient.setQueryData(queryKey, (runs) => {
    const known = runs?.find(({ id }) => id === run.id);
    if (!runs || (known && known.revision >= run.revision)) return runs;
    return [...runs.filter(({ id }) => id !== run.id), run].toSorted(newerFirst);
  });
  const details = runQuery(place, run.id);
  const known = queryClient.getQueryData(details.queryKey);
  if (!known || known.run.revision >= run.revision) return;
  queryClient.setQueryData(details.queryKey, { ...known, run });
  // Something was put out that did not arrive here, or files were made: fetch all of it.
  if (isBehind({ ...known, run }) || run.finishedAt !== null) void queryClient.invalidateQueries(details);
}

const lengthOf = (details: CodeRunDetails) => details.output.reduce((sum, { text }) => sum + text.length, 0);
const isBehind = (details: CodeRunDetails) =>
  lengthOf(details) < details.run.outputLength || details.displays.length < details.run.displayCount;

/** Adds output where it belongs; where a part before it was missed, fetches the run again. */
export function cacheOutput(queryClient: QueryClient, workspaceId: string, signal: RunOutputSignal) {
  const query = runQuery({ workspaceId, conversationId: signal.conversationId }, signal.runId);
  const known = queryClient.getQueryData(query.queryKey);
  if (!known) return;
  const length = lengthOf(known);
  if (signal.offset > length) {
    void queryClient.invalidateQueries(query, { cancelRefetch: false });
    return;
  }
  const text = signal.text.slice(length - signal.offset);
  if (text === "") return;
  const last = known.output.at(-1);
  const output =
    last?.stream === signal.stream
      ? [...known.output.slice(0, -1), { ...last, text: last.text + text }]
      : [...known.output, { stream: signal.stream, text }];
  queryClient.setQueryData(query.queryKey, { ...known, output });
}

/** Adds a figure; where one before it was missed, fetches the run again. */
export function cacheDisplay(
  queryClient: QueryClient,
  workspaceId: string,
  signal: { conversationId: string; runId: string; display: RunDisplay },
) {
  const query = runQuery({ workspaceId, conversationId: signal.conversationId }, signal.runId);
  const known = queryClient.getQueryData(query.queryKey);
  if (!known || known.displays.some(({ position }) => position === signal.display.position)) return;
  if (signal.display.position > known.displays.length) {
    void queryClient.invalidateQueries(query, { cancelRefetch: false });
    return;
  }
  queryClient.setQueryData(query.queryKey, { ...known, displays: [...known.displays, signal.display] });
}

/** Another place in the queue. */
export function cachePosition(queryClient: QueryClient, place: Place, runId: string, position: number) {
  const moved = (run: CodeRun) =>
    run.id === runId && run.status === "queued" ? { ...run, queuePosition: position } : run;
  queryClient.setQueryData(runsQuery(place).queryKey, (runs) => runs?.map(moved));
  queryClient.setQueryData(runQuery(place, runId).queryKey, (known) => known && { ...known, run: moved(known.run) });
}
