import type { TextPlace } from "@mindmesh/contracts/query/engine";
import { type GuardedTable, guardedTable, knownColumns, resolvedTable } from "../hidden-objects.ts";
import type { GuardKnowledge } from "../guard.ts";

/** Something in FROM that names of columns may mean. */
export interface Range {
  /** By which it is called: its alias, or its name. */
  names: string[];
  /** The tables with hidden columns in it. */
  guarded: GuardedTable[];
  /** All its columns, where they are known for sure. */
  columns: string[] | null;
  place: TextPlace | null;
}

/** Where names mean something: one for every SELECT and every statement that changes rows. */
export interface Scope {
  parent: Scope | null;
  /** Names of the CTEs that can be seen from here on. */
  ctes: Set<string>;
  ranges: Range[];
}

export const innerScope = (parent: Scope | null): Scope => ({ parent, ctes: new Set(), ranges: [] });

export function isCommonTable(scope: Scope | null, name: string): boolean {
  for (let at = scope; at !== null; at = at.parent) if (at.ctes.has(name)) return true;
  return false;
}

/** What can be called by a name from here: the nearest first, and all of them, since the order of nearness is PostgreSQL's to know. */
export function rangesNamed(scope: Scope | null, name: string): Range[] {
  const found: Range[] = [];
  for (let at = scope; at !== null; at = at.parent) {
    found.push(...at.ranges.filter(({ names }) => names.includes(name)));
  }
  return found;
}

/** A table in FROM as a range. */
export function rangeOfTable(
  knowledge: GuardKnowledge,
  table: { schema: string | null; name: string; alias: string | null },
  place: TextPlace | null,
): Range {
  const guarded = guardedTable(knowledge, table);
  return {
    names: [table.alias ?? table.name],
    guarded: guarded === null ? [] : [guarded],
    columns: guarded === null ? knownColumns(knowledge, resolvedTable(knowledge, table)) : null,
    place,
  };
}
