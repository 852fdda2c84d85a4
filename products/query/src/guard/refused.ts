import type { Refusal, TextPlace } from "@mindmesh/contracts/query/engine";

/** Ends the check of a statement. Never leaves the guard: `checkStatement` answers with what it carries. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

const longestPart = 200;

/** @throws Refused always: a part of the text, why it may not run, and what to write in its place. */
export function refuse(sql: string, place: TextPlace | null, reason: string, instead: string | null = null): never {
  const words = place === null ? "" : sql.slice(place.from, place.to);
  const part = words.length > longestPart ? `${words.slice(0, longestPart)}…` : words;
  throw new Refused({ part, reason, instead, place });
}
