import type { GuardKnowledge, ObjectName, VisibleTable } from "./guard.ts";

/** A table that a statement names and of which something is hidden. */
export interface GuardedTable {
  schema: string;
  name: string;
  /** The whole table is hidden, or these columns of it. */
  hidden: "table" | string[];
  /** The columns that may be seen; null where the catalogue does not know the table. */
  visible: string[] | null;
  /** It is a view that reads what is hidden. */
  isView: boolean;
}

/** PostgreSQL tells `Email` from `email`; for the others a name that differs in case alone may be the same one. */
export const comparable = ({ engine }: GuardKnowledge, name: string): string =>
  engine === "postgres" ? name : name.toLowerCase();

/**
 * What is hidden of the table that a name may stand for; null: nothing. A name without a schema stands for a hidden table
 * wherever the search path could find one: a table before it may be gone by now.
 */
export function guardedTable(knowledge: GuardKnowledge, { schema, name }: ObjectName): GuardedTable | null {
  if (knowledge.hidden.length === 0) return null;
  const sameName = (a: string, b: string) => comparable(knowledge, a) === comparable(knowledge, b);
  const objects = knowledge.hidden.filter(
    (object) =>
      sameName(object.table, name) &&
      (schema === null ? mayBeFoundIn(knowledge, object.schema) : sameName(object.schema, schema)),
  );
  const first = objects[0];
  if (first === undefined) return null;
  const whole = objects.find(({ column }) => column === null);
  if (whole !== undefined)
    return { schema: whole.schema, name: whole.table, hidden: "table", visible: null, isView: whole.isView === true };
  const known = knowledge.tables.find((table) => sameName(table.schema, first.schema) && sameName(table.name, name));
  return {
    schema: first.schema,
    name: first.table,
    hidden: objects.flatMap(({ column }) => (column === null ? [] : [column])),
    visible: known?.columns ?? null,
    isView: false,
  };
}

function mayBeFoundIn({ searchPath }: GuardKnowledge, schema: string): boolean {
  if (searchPath.length === 0 || searchPath.includes("$user")) return true;
  return searchPath.some((one) => one.toLowerCase() === schema.toLowerCase());
}

/** The schema that a name without one stands for, as far as the catalogue knows it; null where it does not. */
export function resolvedTable(knowledge: GuardKnowledge, { schema, name }: ObjectName): ObjectName {
  if (schema !== null) return { schema, name };
  for (const place of knowledge.searchPath) {
    const table = knownTable(knowledge, place, name);
    if (table !== null) return { schema: table.schema, name: table.name };
  }
  return { schema: null, name };
}

/** The columns of a table that is known and of which nothing is hidden; null where that is not so. */
export function knownColumns(knowledge: GuardKnowledge, { schema, name }: ObjectName): string[] | null {
  return schema === null ? null : (knownTable(knowledge, schema, name)?.columns ?? null);
}

/** There may be thousands of tables: most differ in the length of their names, and nothing more is looked at then. */
function knownTable(knowledge: GuardKnowledge, schema: string, name: string): VisibleTable | null {
  const wanted = comparable(knowledge, name);
  for (const table of knowledge.tables) {
    if (table.name.length !== name.length || comparable(knowledge, table.name) !== wanted) continue;
    if (comparable(knowledge, table.schema) === comparable(knowledge, schema)) return table;
  }
  return null;
}

/** Every column of a guarded table that could be meant by a name. */
export const isHiddenColumn = (knowledge: GuardKnowledge, table: GuardedTable, column: string): boolean =>
  table.hidden !== "table" && table.hidden.some((one) => comparable(knowledge, one) === comparable(knowledge, column));

export const isVisibleColumn = (knowledge: GuardKnowledge, table: GuardedTable, column: string): boolean =>
  table.visible?.some((one) => comparable(knowledge, one) === comparable(knowledge, column)) === true;

export const hiddenColumnSentence = (table: GuardedTable, column: string): string =>
  `The column ${table.schema}.${table.name}.${column} is hidden here.`;

export const hiddenTableSentence = ({ schema, name, isView }: GuardedTable): string =>
  isView ? `${schema}.${name} would show what is hidden here.` : `The table ${schema}.${name} is hidden here.`;

const mostNamed = 40;

/** What to write in place of a `*` that would show hidden columns. */
export function columnsInstead(tables: GuardedTable[]): string {
  const names = tables.flatMap(({ name, visible }) =>
    (visible ?? []).map((column) => (tables.length > 1 ? `${quoted(name)}.${quoted(column)}` : quoted(column))),
  );
  const shown = names.slice(0, mostNamed).join(", ");
  return `Name the columns: ${shown}${names.length > mostNamed ? ", …" : ""}.`;
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
