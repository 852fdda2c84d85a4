import type { Cell, EngineKind } from "@mindmesh/contracts/query/engine";
import type { AskDatabase } from "./ask-under-guard.ts";
import { type KeyCandidate, leastConfidence, round } from "./infer-keys.ts";
import { quoteName, quoteTable } from "../sql/quote-name.ts";

/** So many rows of a column are looked at. */
const sampledRows = 2000;
/** So many candidates are compared by their values; the others stay with what names and types say. */
export const mostCompared = 300;
/** All comparing together; milliseconds. */
const longestComparing = 60_000;

/**
 * Compares the values of candidates with those of the keys that they would point to, and gives back those that are still likely,
 * best first. A column that has values which the key has not is none; one without rows stays with a word on that.
 */
export async function measureOverlap(
  engine: EngineKind,
  candidates: readonly KeyCandidate[],
  ask: AskDatabase,
  { signal, compared }: { signal: AbortSignal; compared: (done: number, all: number) => void },
): Promise<KeyCandidate[]> {
  const ends = Date.now() + longestComparing;
  const all = Math.min(candidates.length, mostCompared);
  const measured: KeyCandidate[] = [];
  for (const [index, candidate] of candidates.entries()) {
    signal.throwIfAborted();
    if (index >= mostCompared || Date.now() > ends) {
      measured.push({
        ...candidate,
        evidence: [...candidate.evidence, "Values were not compared: there are too many such columns."],
      });
      continue;
    }
    measured.push(weighed(candidate, await ask(overlapStatement(engine, candidate), [candidate.from, candidate.to])));
    compared(index + 1, all);
  }
  return measured
    .filter(({ confidence }) => confidence >= leastConfidence)
    .sort((one, other) => other.confidence - one.confidence);
}

/** Counts different values of a bounded part of the columns, and how many of them the key has. */
export function overlapStatement(engine: EngineKind, { from, columns, to, toColumns }: KeyCandidate): string {
  const quote = (name: string) => quoteName(engine, name);
  const [source, target] = [quoteTable(engine, from), quoteTable(engine, to)];
  const top = engine === "mssql" ? `TOP (${sampledRows}) ` : "";
  const limit = engine === "mssql" ? "" : ` LIMIT ${sampledRows}`;
  const values = columns.map((_, part) => `v${part}`);
  const own = columns.map((column, part) => `${quote(column)} AS ${values[part]}`).join(", ");
  const present = columns.map((column) => `${quote(column)} IS NOT NULL`).join(" AND ");
  const same = toColumns.map((key, part) => `k.${quote(key)} = d.${values[part]}`).join(" AND ");
  return (
    `SELECT COUNT(*), COUNT(k.${quote(toColumns[0] ?? "")}) FROM (SELECT DISTINCT ${values.map((value) => `s.${value}`).join(", ")} FROM ` +
    `(SELECT ${top}${own} FROM ${source} WHERE ${present}${limit}) AS s) AS d ` +
    `LEFT JOIN ${target} AS k ON ${same}`
  );
}

/** The candidate after a look at values. */
function weighed(candidate: KeyCandidate, rows: Cell[][] | null): KeyCandidate {
  const [values, found] = rows?.[0]?.map(Number) ?? [];
  const told = (confidence: number, text: string): KeyCandidate => ({
    ...candidate,
    confidence: round(confidence),
    evidence: [...candidate.evidence, text],
  });
  const { confidence } = candidate;
  if (values === undefined || found === undefined || Number.isNaN(values) || Number.isNaN(found)) {
    return told(confidence, "Values could not be compared.");
  }
  const isWide = candidate.columns.length > 1;
  if (values === 0)
    return told(confidence - 0.1, isWide ? "The columns have no values yet." : "The column has no values yet.");
  const text = `${found} of ${values} different ${isWide ? "combinations" : "values"} are among the keys.`;
  if (found === values) return told(confidence + (values >= 10 ? 0.25 : 0.1), text);
  // Some rows point to what was deleted: without a declared key nobody forbids that.
  const share = found / values;
  return told(share >= 0.95 ? confidence + 0.05 : 0, text);
}
