import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { GlossaryTerm } from "@mindmesh/contracts/query/glossary";
import type { Link, Retrieved } from "./retrieve.ts";

/** A token is about four characters of such text; models count in their own ways. */
const charactersPerToken = 4;
const longestText = 200;
const mostValues = 8;

/**
 * Text from the database as one quoted piece: cut, in one line, with nothing in it that could end the part of the request that it
 * stands in. It is data for the model, never an instruction.
 */
export function quotedData(text: string): string {
  const line = text
    .replace(/\s+/g, " ")
    .replace(/[<>]/g, (each) => (each === "<" ? "‹" : "›"))
    .trim();
  return JSON.stringify(line.length > longestText ? `${line.slice(0, longestText)}…` : line);
}

const nameOf = ({ schema, name }: { schema: string; name: string }) => (schema === "" ? name : `${schema}.${name}`);

function columnLine(table: CatalogTable, column: CatalogColumn): string {
  const parts = [`  ${column.name} ${column.type}`];
  if (table.primaryKey?.columns.includes(column.name)) parts.push("primary key");
  else if (!column.nullable) parts.push("not null");
  if (column.enumValues) parts.push(`one of ${column.enumValues.slice(0, 30).map(quotedData).join(", ")}`);
  const { statistics } = column;
  if (statistics?.nullShare) parts.push(`${Math.round(statistics.nullShare * 100)} % empty`);
  const common = statistics?.common ?? [];
  if (!column.enumValues && common.length > 0 && common.length <= 50) {
    parts.push(
      `such as ${common
        .slice(0, mostValues)
        .map(({ value }) => quotedData(value))
        .join(", ")}`,
    );
  } else if (statistics?.minimum && statistics.maximum && column.kind !== "text") {
    parts.push(`from ${quotedData(statistics.minimum)} to ${quotedData(statistics.maximum)}`);
  }
  if (column.comment) parts.push(`-- ${quotedData(column.comment)}`);
  return parts.join(" ");
}

function tableText(table: CatalogTable, links: readonly Link[]): string {
  const head = [`${table.kind} ${nameOf(table)}`];
  if (table.rowEstimate !== null) head.push(`(about ${Math.round(table.rowEstimate)} rows)`);
  if (table.comment) head.push(`-- ${quotedData(table.comment)}`);
  const keys = links
    .filter(({ from }) => from === table)
    .map(
      ({ columns, to, toColumns, enforced }) =>
        `  (${columns.join(", ")}) -> ${nameOf(to)} (${toColumns.join(", ")})${enforced ? "" : " not enforced"}`,
    );
  const unique = table.uniqueKeys.map(({ columns }) => `  unique (${columns.join(", ")})`);
  return [head.join(" "), ...table.columns.map((column) => columnLine(table, column)), ...unique, ...keys].join("\n");
}

const termText = ({ term, synonyms, definition, bindings, fragment }: GlossaryTerm) =>
  [
    `${quotedData(term)}${synonyms.length > 0 ? ` (also ${synonyms.map(quotedData).join(", ")})` : ""}:`,
    definition === "" ? "" : quotedData(definition),
    ...bindings.map(
      ({ schema, table, column }) => `= ${nameOf({ schema, name: table })}${column === null ? "" : `.${column}`}`,
    ),
    fragment
      ? `= ${fragment.kind} on ${nameOf({ schema: fragment.schema, name: fragment.table })}: ${fragment.sql}`
      : "",
  ]
    .filter(Boolean)
    .join(" ");

export interface Described {
  text: string;
  /** Of all tables: the rest had no room. */
  tables: CatalogTable[];
}

/** What a model is told of the schema, within so many tokens: the best tables whole, others by name, then terms and examples. */
export function describeSchema(
  { tables, terms, examples }: Retrieved,
  links: readonly Link[],
  tokens: number,
): Described {
  const room = tokens * charactersPerToken;
  const tail = [
    ...(terms.length > 0 ? ["<glossary>", ...terms.slice(0, 20).map(termText), "</glossary>"] : []),
    ...(examples.length > 0
      ? [
          "<verified_examples>",
          ...examples.map(({ question, sql }) => `${quotedData(question)}\n${sql.slice(0, 1500)}`),
          "</verified_examples>",
        ]
      : []),
  ].join("\n");
  const told: CatalogTable[] = [];
  const texts: string[] = [];
  let used = Math.min(tail.length, room / 2);
  for (const table of tables) {
    const known = links.filter(({ to }) => to === table || tables.includes(to));
    const text = tableText(table, known);
    if (told.length > 0 && used + text.length > room) {
      // A table that is too wide for what is left gives room to smaller ones after it.
      if (told.length > 25) break;
      continue;
    }
    told.push(table);
    texts.push(text.slice(0, room));
    used += text.length;
  }
  return {
    text: ["<schema>", ...texts, "</schema>", tail.slice(0, room / 2)].filter(Boolean).join("\n"),
    tables: told,
  };
}
