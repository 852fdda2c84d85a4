import {
  completeFromList,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from "@codemirror/autocomplete";
import {
  keywordCompletionSource,
  MariaSQL,
  MSSQL,
  PostgreSQL,
  schemaCompletionSource,
  SQLDialect,
  SQLite,
  type SQLNamespace,
} from "@codemirror/lang-sql";
import { syntaxTree } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import type { CompletionSchema } from "@mindmesh/contracts/query/completion";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { quotedName } from "../results/copy-formats.ts";

const dialects: Record<EngineKind, SQLDialect> = {
  postgres: PostgreSQL,
  mysql: MariaSQL,
  mssql: MSSQL,
  sqlite: SQLite,
  // DuckDB's SQL follows PostgreSQL's.
  duckdb: PostgreSQL,
};

export const dialectOf = (engine: EngineKind) => dialects[engine];

type Table = CompletionSchema["tables"][number];

/** A table in FROM or JOIN and the name by which columns speak of it. */
interface UsedTable {
  table: Table;
  alias: string;
}

/** A name as it is: without its quotes, and quotes within it once. */
function unquoted(name: string): string {
  const last = name.at(-1) ?? "";
  if (!/^["`[]/.test(name)) return name;
  return name.slice(1, -1).replaceAll(last + last, last);
}

/** PostgreSQL's reserved words (documentation, appendix C); what is reserved elsewhere only is too rare as a name to be listed. */
const reserved: ReadonlySet<string> = new Set(
  (
    "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable " +
    "desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading " +
    "limit not null offset on only or order placing primary references returning select some symmetric table then to trailing true " +
    "union unique user using variadic when where window with"
  ).split(" "),
);

const quoted = (name: string, engine: EngineKind) =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : quotedName(name, engine);

const name = String.raw`(?:"(?:[^"]|"")+"|\x60(?:[^\x60]|\x60\x60)+\x60|\[(?:[^\]]|\]\])+\]|[\p{L}_][\p{L}\p{N}_$]*)`;
const eachName = new RegExp(name, "giu");
const inFrom = new RegExp(
  String.raw`\b(?:from|join|update|into)\s+((?:${name}\s*\.\s*)*${name})(?:\s+(?:as\s+)?(?!(?:on|where|join|left|right|inner|outer|full|cross|natural|group|order|having|limit|union|using|set|values|window|fetch|offset|as|returning)\b)(${name}))?`,
  "giu",
);

/** The tables that a statement names, in their order. */
export function usedTables(statement: string, schema: CompletionSchema): UsedTable[] {
  const used: UsedTable[] = [];
  for (const [, path = "", alias] of statement.matchAll(inFrom)) {
    const parts = [...path.matchAll(eachName)].map(([part]) => unquoted(part));
    const last = parts.at(-1) ?? "";
    const where = parts.length > 1 ? parts.at(-2) : undefined;
    const named = schema.tables.filter(
      (table) => table.name.toLowerCase() === last.toLowerCase() && (where === undefined || table.schema === where),
    );
    const table =
      named.find((each) => where !== undefined || schema.searchPath.includes(each.schema)) ?? named[0] ?? null;
    if (table) used.push({ table, alias: alias === undefined ? last : unquoted(alias) });
  }
  return used;
}

const keyWords = { declared: "foreign key", confirmed: "confirmed key", inferred: "inferred key" };

/** Conditions by which the last table can be joined to those before it, from the keys between them. */
export function joinConditions(used: readonly UsedTable[], engine: EngineKind): Completion[] {
  const joined = used.at(-1);
  if (!joined) return [];
  const found: Completion[] = [];
  const isSame = (one: { schema: string; name: string }, other: { schema: string; name: string }) =>
    one.schema === other.schema && one.name === other.name;
  for (const other of used.slice(0, -1)) {
    const pairs = [
      ...joined.table.keys.filter(({ to }) => isSame(to, other.table)).map((key) => ({ key, from: joined, to: other })),
      ...other.table.keys.filter(({ to }) => isSame(to, joined.table)).map((key) => ({ key, from: other, to: joined })),
    ];
    for (const { key, from, to } of pairs) {
      const label = key.columns
        .map(
          (column, at) =>
            `${quoted(from.alias, engine)}.${quoted(column, engine)} = ${quoted(to.alias, engine)}.${quoted(key.toColumns[at] ?? "", engine)}`,
        )
        .join(" AND ");
      if (found.some((each) => each.label === label)) continue;
      found.push({ label, detail: keyWords[key.origin], type: "keyword", boost: key.origin === "inferred" ? 50 : 99 });
    }
  }
  return found;
}

/** The text of the statement around a place, from its beginning up to the place. */
function statementBefore({ state, pos }: CompletionContext): string {
  let node = syntaxTree(state).resolveInner(pos, -1);
  while (node.parent && node.name !== "Statement") node = node.parent;
  return state.sliceDoc(node.name === "Statement" ? node.from : 0, pos);
}

/** After ON: the condition itself; after JOIN: tables that a key leads to, with their condition. */
function joinSource(schema: CompletionSchema, engine: EngineKind): CompletionSource {
  return (context): CompletionResult | null => {
    const before = statementBefore(context);
    const typed = /\bon\s+([\p{L}\p{N}_."]*)$/iu.exec(before);
    if (typed) {
      const options = joinConditions(usedTables(before, schema), engine);
      return options.length === 0
        ? null
        : { from: context.pos - (typed[1]?.length ?? 0), options, validFor: /^[\p{L}\p{N}_."= ]*$/u };
    }
    const joining = /\bjoin\s+([\p{L}\p{N}_"]*)$/iu.exec(before);
    if (!joining) return null;
    const used = usedTables(before.slice(0, joining.index), schema);
    const options = schema.tables.flatMap((table): Completion[] => {
      const taken = used.some(({ alias }) => alias.toLowerCase() === table.name.toLowerCase());
      if (taken) return [];
      const [best] = joinConditions([...used, { table, alias: table.name }], engine);
      if (!best) return [];
      const path = schema.searchPath.includes(table.schema) ? [table.name] : [table.schema, table.name];
      const text = path.map((part) => quoted(part, engine)).join(".");
      return [{ ...best, label: `${text} ON ${best.label}`, boost: 99 }];
    });
    return options.length === 0
      ? null
      : { from: context.pos - (joining[1]?.length ?? 0), options, validFor: /^[\p{L}\p{N}_"]*$/u };
  };
}

function namespaceOf(schema: CompletionSchema, engine: EngineKind): SQLNamespace {
  const schemas: Record<string, Record<string, SQLNamespace>> = {};
  // The library takes a dot for the end of a name unless it is told otherwise.
  const whole = (part: string) => part.replaceAll(".", String.raw`\.`);
  for (const table of schema.tables) {
    const detail = table.kind === "table" ? table.schema : table.kind;
    (schemas[whole(table.schema)] ??= {})[whole(table.name)] = {
      self: { label: table.name, apply: quoted(table.name, engine), detail, type: "type" },
      children: table.columns.map((column) => ({
        label: column.name,
        apply: quoted(column.name, engine),
        detail: column.type,
        type: "property",
      })),
    };
  }
  return schemas;
}

/** Columns of the tables in FROM without a name before them. */
function columnSource(schema: CompletionSchema, engine: EngineKind): CompletionSource {
  return (context) => {
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*$/u);
    if (!word || /[.:"'`]$/.test(context.state.sliceDoc(Math.max(0, word.from - 1), word.from))) return null;
    let node = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (node.name === "String" || node.name.endsWith("Comment")) return null;
    while (node.parent && node.name !== "Statement") node = node.parent;
    const statement =
      node.name === "Statement" ? context.state.sliceDoc(node.from, node.to) : context.state.doc.toString();
    const used = usedTables(statement, schema);
    const options = used.flatMap(({ table, alias }) =>
      table.columns.map((column): Completion => ({
        label: column.name,
        apply: quoted(column.name, engine),
        detail: `${alias} · ${column.type}`,
        type: "property",
        boost: 10,
      })),
    );
    return options.length === 0 ? null : { from: word.from, options, validFor: /^[\p{L}\p{N}_]*$/u };
  };
}

function functionSource(schema: CompletionSchema): CompletionSource {
  const seen = new Map<string, Completion>();
  for (const { name: label, arguments: list, returns } of schema.functions) {
    if (!seen.has(label))
      seen.set(label, { label, apply: `${label}(`, detail: `(${list}) ${returns}`, type: "function" });
  }
  const complete = completeFromList([...seen.values()]);
  return (context) => {
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*$/u);
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (!word || node.name === "String" || node.name.endsWith("Comment")) return null;
    return complete(context);
  };
}

/** The language of a connection with completion from its real schema. */
export function sqlSupport(engine: EngineKind, schema: CompletionSchema | undefined): Extension {
  const dialect = dialectOf(engine);
  const complete = (source: CompletionSource) => dialect.language.data.of({ autocomplete: source });
  const keywords = complete(keywordCompletionSource(dialect, true));
  if (!schema) return [dialect.language, keywords];
  const defaultSchema = schema.searchPath.find((each) => schema.tables.some((table) => table.schema === each));
  return [
    dialect.language,
    keywords,
    complete(
      schemaCompletionSource({
        dialect,
        schema: namespaceOf(schema, engine),
        ...(defaultSchema === undefined ? {} : { defaultSchema }),
      }),
    ),
    complete(joinSource(schema, engine)),
    complete(columnSource(schema, engine)),
    complete(functionSource(schema)),
  ];
}
