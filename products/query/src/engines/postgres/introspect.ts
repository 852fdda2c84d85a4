import type {
  Catalog,
  CatalogColumn,
  CatalogTable,
  ColumnStatistics,
  TableName,
} from "@mindmesh/contracts/query/catalog";
import type { IntrospectRequest } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import {
  aboutColumns,
  aboutConstraints,
  aboutEnums,
  aboutFunctions,
  aboutIndexes,
  aboutServer,
  aboutStatistics,
  aboutTables,
} from "./catalog-questions.ts";
import { kindOf } from "./column-types.ts";
import { statementFailure } from "./failures.ts";
import type { Login } from "./login.ts";
import { ask, begin, leaveNothing } from "./transaction.ts";

type Row = (string | null)[];

/** Time for all questions together; a catalogue of 1,000 tables takes a second. */
const seconds = 300;
/** The attempts when somebody changes the schema between two looks of one question. */
const attempts = 25;

/** Reads all that a database says of itself. What the login may not read is told as a gap. @throws StatementFailure */
export async function introspect(login: Login, request: IntrospectRequest): Promise<Catalog> {
  const watch = watchStatement({ seconds, signal: request.signal }, login.cancel, () => login.gate.destroy());
  try {
    const question = async (text: string, values?: unknown[]) => {
      watch.check();
      return watch.race(askPatiently(login, text, values));
    };
    return await readAll(request, question);
  } catch (error) {
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, "") : watchFailure(reason, error);
  } finally {
    await watch.stop();
  }
}

/**
 * Each question has a transaction of its own, and is asked again when an object went away while it was looked at (`cache lookup
 * failed`, XX000, or one of class 42).
 */
async function askPatiently(login: Login, question: string, values: unknown[] = [], attempt = 1): Promise<Row[]> {
  try {
    await begin(login, "read", seconds);
    return (await ask(login, question, values)).rows;
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    if (attempt === attempts || !/^(XX000|42|55006)/.test(code)) throw error;
  } finally {
    await leaveNothing(login);
  }
  // The longer others keep changing it, the longer the pause in which they may be done.
  await new Promise((resolve) => setTimeout(resolve, attempt * 10));
  return askPatiently(login, question, values, attempt + 1);
}

async function readAll(
  { progress, samples }: IntrospectRequest,
  question: (text: string, values?: unknown[]) => Promise<Row[]>,
): Promise<Catalog> {
  progress(0, "version");
  const [server = []] = await question(aboutServer);
  progress(0.05, "tables");
  const found = await question(aboutTables);
  progress(0.2, "columns");
  const columnRows = await question(aboutColumns);
  progress(0.45, "enumerations");
  const enumRows = await question(aboutEnums);
  progress(0.5, "keys and constraints");
  const constraintRows = await question(aboutConstraints);
  progress(0.65, "indexes");
  const indexRows = await question(aboutIndexes);
  progress(0.8, "statistics");
  const statisticRows = await question(aboutStatistics, [samples]);
  progress(0.95, "functions");
  const functionRows = await question(aboutFunctions);
  progress(1, "done");

  const tables = new Map(found.map((row) => [row[0], tableOf(row)]));
  const enumValues = new Map(enumRows.map(([oid, , , , values]) => [oid, list(values)]));
  const rowEstimates = new Map<string, number | null>();
  for (const { schema, name, rowEstimate } of tables.values())
    rowEstimates.set(JSON.stringify([schema, name]), rowEstimate);
  const statistics = new Map(
    statisticRows.map((row) => [
      JSON.stringify(row.slice(0, 3)),
      statisticsOf(row, rowEstimates.get(JSON.stringify(row.slice(0, 2))) ?? null),
    ]),
  );
  for (const row of columnRows) {
    const table = tables.get(row[0] ?? "");
    if (!table) continue; // made since the tables were asked for: the next look shows it
    const key = JSON.stringify([table.schema, table.name, row[1]]);
    table.columns.push(columnOf(row, enumValues, statistics.get(key) ?? null));
  }
  for (const row of constraintRows) addConstraint(tables.get(row[0] ?? ""), row);
  for (const row of indexRows) addIndex(tables.get(row[0] ?? ""), row);

  const closed = [...tables.values()].filter(({ gap }) => gap !== null).length;
  return {
    serverVersion: `PostgreSQL ${server[0] ?? ""}`,
    searchPath: list(server[1]),
    tables: [...tables.values()],
    enums: enumRows
      .filter(([, schema]) => schema !== "pg_catalog" && schema !== "information_schema")
      .map(([, schema, name, comment, values]) => ({
        schema: schema ?? "",
        name: name ?? "",
        comment: comment ?? null,
        values: list(values),
      })),
    functions: functionRows.map(([schema, name, args, returns, kind, language, volatility, definer, comment]) => ({
      schema: schema ?? "",
      name: name ?? "",
      arguments: args ?? "",
      returns: returns ?? "",
      kind: functionKinds[kind ?? ""] ?? "function",
      language: language ?? null,
      volatility: volatilities[volatility ?? ""] ?? null,
      securityDefiner: definer === "t",
      comment: comment ?? null,
    })),
    gaps:
      closed === 0 ? [] : [`The login may not read ${closed} of ${tables.size} tables, or not all of their columns.`],
  };
}

const tableKinds: Record<string, CatalogTable["kind"]> = {
  r: "table",
  p: "partitioned table",
  v: "view",
  m: "materialized view",
  f: "foreign table",
};
const functionKinds = { f: "function", p: "procedure", a: "aggregate", w: "window" } as Record<
  string,
  "function" | "procedure" | "aggregate" | "window"
>;
const volatilities = { i: "immutable", s: "stable", v: "volatile" } as Record<
  string,
  "immutable" | "stable" | "volatile"
>;
const actions: Record<string, string> = {
  a: "NO ACTION",
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
  d: "SET DEFAULT",
};

const list = (json: string | null | undefined): string[] => JSON.parse(json ?? "[]") as string[];
const number = (text: string | null | undefined) => (text === null || text === undefined ? null : Number(text));

function tableOf(row: Row): CatalogTable {
  const [, schema, name, kind, comment, rows, bytes, definition, scans, analyzedAt, partly, wholly, partOf] = row;
  let gap: string | null = null;
  if (partly !== "t") gap = "The login may not read this table.";
  else if (wholly !== "t") gap = "The login may read some columns of this table only.";
  return {
    schema: schema ?? "",
    name: name ?? "",
    kind: tableKinds[kind ?? ""] ?? "table",
    comment: comment ?? null,
    rowEstimate: number(rows),
    bytes: number(bytes),
    columns: [],
    primaryKey: null,
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    indexes: [],
    definition: definition ?? null,
    sequentialScans: number(scans),
    analyzedAt: analyzedAt ?? null,
    gap,
    ...(partOf && { partOf: JSON.parse(partOf) as TableName[] }),
  };
}

function columnOf(
  row: Row,
  enums: Map<string | null | undefined, string[]>,
  statistics: ColumnStatistics | null,
): CatalogColumn {
  const [
    ,
    name,
    type,
    typeName,
    typtype,
    category,
    nullable,
    initial,
    identity,
    generated,
    comment,
    enumOid,
    base,
    modifier,
  ] = row;
  // The modifier of these counts its own four bytes (VARHDRSZ in PostgreSQL's source).
  const inner = Number(modifier) < 4 ? null : Number(modifier) - 4;
  const scale = inner === null ? null : inner & 0x7ff;
  let filled: CatalogColumn["generated"] = null;
  if (generated) filled = "computed";
  else if (identity || initial?.startsWith("nextval(")) filled = "identity";
  return {
    name: name ?? "",
    type: type ?? "",
    kind: kindOf(typeName ?? "", typtype ?? "", category ?? ""),
    nullable: nullable === "t",
    default: initial ?? null,
    generated: filled,
    comment: comment ?? null,
    enumValues: enumOid ? (enums.get(enumOid) ?? null) : null,
    length: base === "varchar" || base === "bpchar" ? inner : null,
    precision: base === "numeric" && inner !== null ? (inner >> 16) & 0xffff : null,
    scale: base === "numeric" && scale !== null ? (scale > 1023 ? scale - 2048 : scale) : null,
    statistics,
  };
}

/** `n_distinct` is a number of values, or below zero minus the share of rows (documentation, pg_stats). */
function statisticsOf(row: Row, rows: number | null): ColumnStatistics {
  const [, , , nullShare, distinct, width, common, shares, histogram] = row;
  const different = number(distinct);
  const values = common ? (JSON.parse(common) as (string | null)[]) : [];
  const frequencies = shares ? (JSON.parse(shares) as number[]) : [];
  const bounds = histogram ? (JSON.parse(histogram) as (string | null)[]) : [];
  let estimate = different === 0 ? null : different;
  if (different !== null && different < 0) estimate = rows === null ? null : Math.round(-different * rows);
  return {
    nullShare: number(nullShare),
    distinct: estimate,
    averageBytes: number(width),
    minimum: bounds[0] ?? null,
    maximum: bounds.at(-1) ?? null,
    common: values.flatMap((value, index) =>
      value === null ? [] : [{ value: value.slice(0, 200), share: frequencies[index] ?? null }],
    ),
  };
}

function addConstraint(table: CatalogTable | undefined, row: Row): void {
  if (!table) return;
  const [, kind, name = null, columns, toSchema, toTable, toColumns, onDelete, onUpdate, expression, deferrable] = row;
  const key = { name, columns: list(columns) };
  if (kind === "p") table.primaryKey = key;
  else if (kind === "u") table.uniqueKeys.push(key);
  else if (kind === "c") table.checks.push({ name, expression: expression ?? "" });
  else if (toTable) {
    table.foreignKeys.push({
      ...key,
      to: { schema: toSchema ?? "", name: toTable },
      toColumns: list(toColumns),
      onDelete: actions[onDelete ?? ""] ?? null,
      onUpdate: actions[onUpdate ?? ""] ?? null,
      ...(deferrable === "t" && { deferrable: true as const }),
    });
  }
}

function addIndex(table: CatalogTable | undefined, row: Row): void {
  if (!table) return;
  const [, name, parts, keyParts, unique, primary, method, condition, bytes, scans, valid] = row;
  const all = list(parts).map((part) => part ?? "");
  table.indexes.push({
    name: name ?? "",
    parts: all.slice(0, Number(keyParts)),
    included: all.slice(Number(keyParts)),
    unique: unique === "t",
    primary: primary === "t",
    method: method ?? null,
    condition: condition ?? null,
    bytes: number(bytes),
    scans: number(scans),
    valid: valid === "t",
  });
}
