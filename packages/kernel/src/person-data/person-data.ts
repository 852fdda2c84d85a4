import type { Database, Transaction } from "../db/index.ts";

/** One thing in the export of an account. `kind` names the list that it is put into. */
export interface PersonalItem {
  kind: string;
  value: unknown;
}

/**
 * What a product, or a part of the kernel, holds of people. It runs as the owner of the schema, past row-level security:
 * an account reaches over all workspaces, also those that the person has left.
 */
export interface PersonData {
  /** The section in the export, such as `chat`. */
  name: string;
  /** Everything that the person made or that is about them, never secrets; one by one, so that memory stays small. */
  exportPerson(db: Database, personId: string): AsyncIterable<PersonalItem>;
  /** Removes all of it, within the transaction that deletes the account. */
  forgetPerson(tx: Transaction, personId: string): Promise<void>;
  /** Removes everything of a workspace, within the transaction that deletes it. Tables that refer to it go anyway. */
  forgetWorkspace(tx: Transaction, workspaceId: string): Promise<void>;
}

/** Removes a workspace from all of them. */
export async function forgetWorkspaceIn(parts: PersonData[], tx: Transaction, workspaceId: string): Promise<void> {
  for (const part of parts) await part.forgetWorkspace(tx, workspaceId);
}

/**
 * Everything that a query finds, a page at a time, so that memory stays small.
 * @param readPage gives up to `pageSize` rows after the given one, in a fixed order
 */
export async function* inPages<T>(
  readPage: (after: T | null, pageSize: number) => Promise<T[]>,
  pageSize = 500,
): AsyncGenerator<T> {
  let last: T | null = null;
  for (;;) {
    const rows: T[] = await readPage(last, pageSize);
    yield* rows;
    last = rows.at(-1) ?? null;
    if (rows.length < pageSize) return;
  }
}
