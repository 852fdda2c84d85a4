import { ClientError } from "@mindmesh/client";
import { statementPart, type Statement, type StatementParameters } from "@mindmesh/contracts/query/statements";
import type { QueryClient } from "@tanstack/react-query";
import { create } from "zustand";
import { newId } from "../../../shell/new-id.ts";
import { linesOf } from "../lines-of.ts";
import { statementsApi } from "./api.ts";
import { historyKeyOf } from "./keys.ts";
import type { Place } from "./queries.ts";
import { openResult, type ResultSource } from "./results/result-source.ts";

/** A statement as this page has it. */
export interface Run {
  statementId: string;
  sql: string;
  /** Null until the server has answered. */
  statement: Statement | null;
  source: ResultSource | null;
  /** Rows that have arrived at the server so far. */
  rows: number;
  startedAt: number;
  /** This page began it and follows it. */
  isOwn: boolean;
  /** Why the server did not even take it, such as a missing parameter. */
  problem: string | null;
}

/** By id; only those that this page has begun or looked at. */
export const useRuns = create<{ runs: Readonly<Record<string, Run>> }>()(() => ({ runs: {} }));

/** Results that are kept open; older ones are opened again when somebody looks. */
const mostRuns = 30;

export function patchRun(statementId: string, change: Partial<Run>) {
  useRuns.setState(({ runs }) => {
    const run = runs[statementId];
    return run ? { runs: { ...runs, [statementId]: { ...run, ...change } } } : { runs };
  });
}

function addRun(run: Run) {
  const { runs } = useRuns.getState();
  const all = Object.values(runs);
  const gone = all.length >= mostRuns ? all.find(({ statement }) => statement && statement.state !== "running") : null;
  gone?.source?.close();
  useRuns.setState({
    runs: Object.fromEntries([...all.filter((each) => each !== gone), run].map((each) => [each.statementId, each])),
  });
}

/** A statement that another page or device ran, with its result. */
export function adoptRun(workspaceId: string, { statement, blocks }: { statement: Statement; blocks: number[] }) {
  const known = useRuns.getState().runs[statement.id];
  const hasResult = statement.columns.length > 0 && (statement.resultUntil !== null || statement.state === "running");
  const source =
    known?.source ?? (hasResult ? openResult({ workspaceId, statementId: statement.id }, statement.columns) : null);
  // While it runs the server counts the rows of whole blocks only.
  if (hasResult && statement.state !== "running") source?.grow(blocks, statement.rows, null);
  const run = {
    statementId: statement.id,
    sql: statement.sql,
    statement,
    source,
    rows: statement.rows,
    startedAt: Date.parse(statement.createdAt),
    isOwn: known?.isOwn ?? false,
    problem: null,
  };
  if (known) patchRun(statement.id, run);
  else addRun(run);
}

/**
 * Runs one statement and follows it to its end. What goes wrong is told by the run, not thrown.
 * @param onBegun is told the id before anything else happens
 */
export async function runOne(
  queryClient: QueryClient,
  place: Place,
  ask: { sql: string; parameters: StatementParameters; fresh: boolean },
  onBegun: (statementId: string) => void,
): Promise<Run | undefined> {
  const statementId = newId();
  const fresh: Run = {
    statementId,
    sql: ask.sql,
    statement: null,
    source: null,
    rows: 0,
    startedAt: Date.now(),
    isOwn: true,
    problem: null,
  };
  addRun(fresh);
  onBegun(statementId);
  try {
    const response = await statementsApi.runStatement({ params: { ...place }, body: { statementId, ...ask } });
    if (response.body) await follow(place.workspaceId, statementId, response.body);
  } catch (error) {
    if (error instanceof ClientError && error.status !== 0) patchRun(statementId, { problem: error.message });
    // The connection broke; the statement may go on without it.
    else await untilEnded(place.workspaceId, statementId);
  }
  const run = useRuns.getState().runs[statementId];
  if (run && run.problem === null && (run.statement === null || run.statement.state === "running")) {
    await untilEnded(place.workspaceId, statementId);
  }
  void queryClient.invalidateQueries({ queryKey: historyKeyOf(place.workspaceId) });
  return useRuns.getState().runs[statementId];
}

async function follow(workspaceId: string, statementId: string, body: ReadableStream<Uint8Array>) {
  const starts: number[] = [];
  let rows = 0;
  let source: ResultSource | null = null;
  for await (const line of linesOf(body)) {
    const part = statementPart.parse(JSON.parse(line));
    if (part.type === "columns") {
      source = openResult({ workspaceId, statementId }, part.columns);
      patchRun(statementId, { source });
    } else if (part.type === "rows") source?.grow([0], part.block.rows.length, part.block);
    else if (part.type === "block") {
      starts.push(part.firstRow);
      rows = part.firstRow + part.rows;
      source?.grow([...starts], rows, null);
      patchRun(statementId, { rows });
    } else if (part.type === "statement") patchRun(statementId, { statement: part.statement });
    else if (part.type === "end") patchRun(statementId, { statement: part.statement, rows: part.statement.rows });
  }
}

const askAgainMilliseconds = 1000;

async function untilEnded(workspaceId: string, statementId: string) {
  for (let failures = 0; failures < 60;) {
    try {
      const found = await statementsApi.getStatement({ params: { workspaceId, statementId } });
      adoptRun(workspaceId, found);
      if (found.statement.state !== "running") return;
    } catch (error) {
      if (error instanceof ClientError && error.status === 404) {
        patchRun(statementId, { problem: "The server cannot be reached. The statement was not begun." });
        return;
      }
      failures += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, askAgainMilliseconds));
  }
  patchRun(statementId, { problem: "The server cannot be reached. Look into the history later." });
}

/** Ends a statement in the database. */
export function cancelRun(workspaceId: string, statementId: string) {
  return statementsApi.cancelStatement({ params: { workspaceId, statementId } });
}
