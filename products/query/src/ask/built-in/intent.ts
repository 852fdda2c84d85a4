import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { TermFragment } from "@mindmesh/contracts/query/glossary";
import type { TimeRange } from "./time-range.ts";
import type { TimeUnit } from "./write-sql.ts";

export interface ColumnOf {
  table: CatalogTable;
  column: CatalogColumn;
}

export type Measure =
  | { kind: "count"; of: CatalogTable | null }
  | { kind: "count different"; of: ColumnOf }
  | { kind: "sum" | "avg" | "min" | "max"; of: ColumnOf }
  | { kind: "fragment"; table: CatalogTable; fragment: TermFragment; term: string };

export type Group =
  | { kind: "column"; of: ColumnOf }
  | { kind: "entity"; table: CatalogTable }
  | { kind: "time"; unit: TimeUnit };

export type Comparison = ">" | ">=" | "<" | "<=" | "=";

export type Filter =
  | { kind: "value"; of: ColumnOf; values: string[]; not: boolean }
  | { kind: "number"; of: ColumnOf; comparison: Comparison; value: string }
  | { kind: "true"; of: ColumnOf; not: boolean }
  | { kind: "empty"; of: ColumnOf; not: boolean }
  | { kind: "fragment"; table: CatalogTable; fragment: TermFragment }
  | { kind: "without"; table: CatalogTable };

/** What a question asks for, as far as its words say it. */
export interface Intent {
  measures: Measure[];
  groups: Group[];
  filters: Filter[];
  /** Of a list: groups with more or fewer rows of a table than a number. */
  having: { table: CatalogTable; comparison: Comparison; value: string } | null;
  time: TimeRange | null;
  /** What rows are ordered by beside the measure. */
  order: { by: ColumnOf | "time" | "measure"; descending: boolean } | null;
  limit: number | null;
  /** Tables that were named, in their order. */
  tables: CatalogTable[];
  /** Columns that were named and are nothing else of this. */
  shown: ColumnOf[];
  /** Words of the question, for choosing between keys. */
  words: Set<string>;
  /** What the person has chosen when asked back, such as `orders.placed_at`. */
  chosenBefore: ReadonlySet<string>;
  assumptions: string[];
}

/** What keeps our own rules from an answer. */
export type Obstacle = { kind: "question"; text: string; choices: string[] } | { kind: "refusal"; reason: string };

/** Thrown while a question is read; never leaves the built-in engine. */
export class Stopped extends Error {
  readonly obstacle: Obstacle;
  constructor(obstacle: Obstacle) {
    super(obstacle.kind === "question" ? obstacle.text : obstacle.reason);
    this.obstacle = obstacle;
  }
}

export const refuse = (reason: string): never => {
  throw new Stopped({ kind: "refusal", reason });
};

export interface Option<T> {
  label: string;
  value: T;
}

/** The one option there is, or the one that the person has chosen before. @throws Stopped, which asks, where there are several */
export function choose<T>(text: string, options: Option<T>[], chosenBefore: ReadonlySet<string>): T {
  const [first] = options;
  const labels = [...new Set(options.map(({ label }) => label))];
  const picked = labels.length === 1 ? first : options.find(({ label }) => chosenBefore.has(label));
  if (picked) return picked.value;
  throw new Stopped({ kind: "question", text, choices: labels });
}

export const nameOf = ({ table, column }: ColumnOf) => `${table.name}.${column.name}`;
export const columnOptions = (columns: ColumnOf[]): Option<ColumnOf>[] =>
  columns.map((value) => ({ label: nameOf(value), value }));

export const isNumeric = ({ kind }: CatalogColumn) => kind === "integer" || kind === "decimal" || kind === "float";
export const isTime = ({ kind }: CatalogColumn) => kind === "date" || kind === "timestamp";
export const isKey = (table: CatalogTable, { name }: CatalogColumn) =>
  (table.primaryKey?.columns.includes(name) ?? false) ||
  table.foreignKeys.some(({ columns }) => columns.includes(name));
