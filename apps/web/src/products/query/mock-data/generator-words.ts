import type { Generator, MockColumn } from "@mindmesh/contracts/query/mock-data";

/** What each generator is called. */
const names: Record<Generator["kind"], string> = {
  database: "Left to the database",
  null: "NULL",
  sequence: "Counting up",
  integer: "Whole numbers",
  decimal: "Decimal numbers",
  boolean: "Yes or no",
  list: "One of a list",
  meaning: "Realistic values",
  pattern: "Pattern",
  words: "Words",
  time: "Dates and times",
  after: "Time after another",
  uuid: "UUIDs",
  bytes: "Bytes",
  json: "JSON",
  array: "Lists",
  reference: "A row of another table",
  copy: "Copy of the other row",
  expression: "Expression",
  template: "Text with columns",
};

const year = new Date().getUTCFullYear();
const uniform = { shape: "uniform" } as const;

const fresh: Record<Exclude<Generator["kind"], "reference" | "copy" | "after">, Generator> = {
  database: { kind: "database" },
  null: { kind: "null" },
  sequence: { kind: "sequence", start: 1, step: 1 },
  integer: { kind: "integer", minimum: 1, maximum: 100, distribution: uniform },
  decimal: { kind: "decimal", minimum: 0, maximum: 100, scale: 2, distribution: uniform },
  boolean: { kind: "boolean", trueShare: 0.5 },
  list: { kind: "list", values: [{ value: "one", weight: 1 }] },
  meaning: { kind: "meaning", meaning: "full name" },
  pattern: { kind: "pattern", pattern: "???-####" },
  words: { kind: "words", minimum: 2, maximum: 5 },
  time: { kind: "time", unit: "timestamp", from: `${year - 2}-01-01`, to: `${year}-01-01`, pattern: "working hours" },
  uuid: { kind: "uuid" },
  bytes: { kind: "bytes", minimum: 8, maximum: 32 },
  json: { kind: "json" },
  array: { kind: "array", of: "words", minimum: 0, maximum: 4 },
  expression: { kind: "expression", expression: "1" },
  template: { kind: "template", template: "row {#}" },
};

/** The generators to choose from; those that need a reference or another column only where one is there. */
export const generatorChoices = (current: Generator) =>
  (Object.keys(names) as Generator["kind"][])
    .filter((kind) => kind in fresh || kind === current.kind)
    .map((kind) => ({ value: kind, label: names[kind] }));

/** A generator of a kind with usual settings; the column's own when it is of that kind already. */
export function newGenerator(kind: Generator["kind"], column: MockColumn): Generator {
  if (column.generator.kind === kind || !(kind in fresh)) return column.generator;
  return fresh[kind as keyof typeof fresh];
}
