import type { CatalogIndex, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Finding } from "@mindmesh/contracts/query/optimise";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { dialects } from "../ask/built-in/write-sql.ts";
import { unindexedKeys } from "../catalog/covering-index.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { findConnection } from "../connections/find-connection.ts";
import { repeatedStatements } from "./repeated-statements.ts";
import { createIndexSql } from "./proposal.ts";
import { staleStatistics } from "./suspect-statement.ts";

const mostFindings = 500;
const fewRows = 1000;

/** What in a whole schema costs time or room, from what the catalogue has counted. @throws AppError not_found, not_allowed */
export function readHealth(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
): Promise<{ findings: Finding[]; takenAt: string | null }> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const repeated = await repeatedStatements(tx, row);
    const stored = await readCatalog(tx, row);
    if (!stored) return { findings: repeated, takenAt: null };
    const found = [...repeated, ...schemaFindings(stored.catalog.tables, row.engine)];
    return { findings: found.slice(0, mostFindings), takenAt: stored.takenAt };
  });
}

/** Unused, repeated and missing indexes and stale statistics of all tables. */
export function schemaFindings(tables: CatalogTable[], engine: EngineKind): Finding[] {
  const stale = staleStatistics(tables, engine).map(({ kind, title, explanation, statement, table }): Finding => ({
    kind,
    title,
    explanation,
    statement,
    place: null,
    rewrite: null,
    evidence: null,
    verdict: "remark",
    table: table ? { schema: table.schema, name: table.name } : null,
  }));
  return [
    ...tables.flatMap((table) => missingForKeys(table, engine)),
    ...tables.flatMap((table) => repeatedIndexes(table, engine)),
    ...tables.flatMap((table) => unusedIndexes(table, engine)),
    ...stale,
  ];
}

const nameOf = ({ schema, name }: CatalogTable) => ({ schema, name });
const remark = (table: CatalogTable, rest: Pick<Finding, "kind" | "title" | "explanation" | "statement">): Finding => ({
  ...rest,
  table: nameOf(table),
  place: null,
  rewrite: null,
  evidence: null,
  verdict: "remark",
});

function dropSql(table: CatalogTable, index: CatalogIndex, engine: EngineKind): string {
  const { name } = dialects[engine];
  if (engine === "mysql" || engine === "mssql")
    return `DROP INDEX ${name(index.name)} ON ${name(table.schema)}.${name(table.name)};`;
  const place =
    table.schema === "" || engine === "sqlite" ? name(index.name) : `${name(table.schema)}.${name(index.name)}`;
  return `DROP INDEX ${engine === "postgres" ? "CONCURRENTLY " : ""}${place};`;
}

function missingForKeys(table: CatalogTable, engine: EngineKind): Finding[] {
  // MySQL makes these by itself.
  if (engine === "mysql" || (table.rowEstimate ?? 0) < fewRows) return [];
  return unindexedKeys(table).map((key) => {
    const parts = key.columns.map((column) => ({ sql: dialects[engine].name(column), column }));
    return remark(table, {
      kind: "foreign key without index",
      title: `${table.name}.${key.columns.join(", ")} points to ${key.to.name} and has no index`,
      explanation: `Joins from ${key.to.name}, and every delete or change of a key there, read all ${Math.round(table.rowEstimate ?? 0).toLocaleString("en")} rows of ${table.name}.`,
      statement: `${createIndexSql({ table, parts }, engine)};`,
    });
  });
}

const sameKind = (one: CatalogIndex, other: CatalogIndex) =>
  one.method === other.method && one.condition === other.condition;

/** Indexes that another one can stand in for: the same columns, or its first ones. */
function repeatedIndexes(table: CatalogTable, engine: EngineKind): Finding[] {
  return table.indexes.flatMap((index) => {
    if (index.primary || index.unique) return [];
    const wider = table.indexes.find((other) => {
      if (other === index || !sameKind(index, other) || other.parts.length < index.parts.length) return false;
      const isSame = other.parts.length === index.parts.length;
      // Of two that are the same, the one that comes later in the list goes.
      if (isSame && !other.unique && !other.primary && table.indexes.indexOf(other) > table.indexes.indexOf(index))
        return false;
      return (
        index.parts.every((part, place) => other.parts[place] === part) &&
        index.included.every((column) => other.included.includes(column))
      );
    });
    if (!wider) return [];
    return [
      remark(table, {
        kind: "duplicate index",
        title: `${index.name} repeats ${wider.name}`,
        explanation: `${wider.name} begins with the same columns (${index.parts.join(", ")}) and serves the same conditions. ${sizeOf(index)}Each write keeps both.`,
        statement: dropSql(table, index, engine),
      }),
    ];
  });
}

const sizeOf = ({ bytes }: CatalogIndex) =>
  bytes === null ? "" : `It takes ${(bytes / 1024 / 1024).toLocaleString("en", { maximumFractionDigits: 1 })} MB. `;

function unusedIndexes(table: CatalogTable, engine: EngineKind): Finding[] {
  if ((table.rowEstimate ?? 0) < fewRows) return [];
  return table.indexes.flatMap((index) => {
    if (index.scans !== 0 || index.primary || index.unique) return [];
    return [
      remark(table, {
        kind: "unused index",
        title: `${index.name} was never used`,
        explanation: `Since the database began to count, no statement has read it. ${sizeOf(index)}Look at replicas and at what runs once a month or a year before it goes.`,
        statement: dropSql(table, index, engine),
      }),
    ];
  });
}
