import type { CatalogTable, TableName } from "@mindmesh/contracts/query/catalog";
import type { EngineKind, TextPlace } from "@mindmesh/contracts/query/engine";
import type { FindingKind } from "@mindmesh/contracts/query/optimise";
import { quoteTable } from "../sql/quote-name.ts";
import { dialects } from "../ask/built-in/write-sql.ts";

/** An index that is not there. */
export interface IndexProposal {
  table: CatalogTable;
  /** Columns, or an expression as SQL, in order. */
  parts: { sql: string; column: string | null }[];
}

/** Something that may be better, before it is proved. */
export interface Suspicion {
  kind: FindingKind;
  title: string;
  explanation: string;
  table: TableName | null;
  place: TextPlace | null;
  indexes: IndexProposal[];
  /** The statement written in a better way. */
  rewrite: string | null;
  /** To copy, where it is not the indexes' own. */
  statement: string | null;
}

export const suspicion = (
  found: Pick<Suspicion, "kind" | "title" | "explanation"> & Partial<Suspicion>,
): Suspicion => ({
  table: null,
  place: null,
  indexes: [],
  rewrite: null,
  statement: null,
  ...found,
});

/** `CREATE INDEX`, so that it does not keep writers out where the engine can do without. */
export function createIndexSql({ table, parts }: IndexProposal, engine: EngineKind): string {
  const { name } = dialects[engine];
  const words = parts.map(({ column, sql }) => (column ?? sql).replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, ""));
  const own = [table.name, ...words, "idx"].join("_").toLowerCase().slice(0, 60);
  const place =
    table.schema === "" || engine === "sqlite" ? name(table.name) : `${name(table.schema)}.${name(table.name)}`;
  const concurrently = engine === "postgres" ? "CONCURRENTLY " : "";
  return `CREATE INDEX ${concurrently}${name(own)} ON ${place} (${parts.map(({ sql }) => sql).join(", ")})`;
}

/** The same for HypoPG, which gives it a name of its own. */
export function hypotheticalIndexSql({ table, parts }: IndexProposal): string {
  return `CREATE INDEX ON ${quoteTable("postgres", table)} (${parts.map(({ sql }) => sql).join(", ")})`;
}
