import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Documentation } from "@mindmesh/contracts/query/documentation";

/** A table as every form of the documentation tells it: in rows of plain text. */
export interface DescribedTable {
  title: string;
  facts: string[];
  text: string | null;
  columns: { name: string; type: string; marks: string[]; text: string }[];
  lists: { title: string; items: string[] }[];
}

/** What is to be written of each table, in the order of the catalogue. */
export function describeTables({ tables, descriptions }: Documentation): DescribedTable[] {
  const texts = new Map(
    descriptions.map(({ schema, table, column, text }) => [JSON.stringify([schema, table, column]), text]),
  );
  const joined = (comment: string | null, own: string | undefined) =>
    [comment, own].filter((part) => part !== null && part !== undefined && part.trim() !== "").join(" — ");
  return tables.map((table) => {
    const { schema, name } = table;
    const own = (column: string | null) => texts.get(JSON.stringify([schema, name, column]));
    return {
      title: schema === "" ? name : `${schema}.${name}`,
      facts: [
        table.kind,
        ...(table.rowEstimate === null ? [] : [`about ${Math.round(table.rowEstimate).toLocaleString("en")} rows`]),
        ...(table.gap === null ? [] : [table.gap]),
      ],
      text: joined(table.comment, own(null)) || null,
      columns: table.columns.map((column) => ({
        name: column.name,
        type: column.type,
        marks: marksOf(table, column),
        text: joined(column.comment, own(column.name)),
      })),
      lists: listsOf(table),
    };
  });
}

function marksOf(table: CatalogTable, column: CatalogColumn): string[] {
  return [
    ...(table.primaryKey?.columns.includes(column.name) ? ["primary key"] : []),
    ...table.foreignKeys
      .filter(({ columns }) => columns.includes(column.name))
      .map(({ to }) => `→ ${to.schema === "" ? to.name : `${to.schema}.${to.name}`}`),
    ...(column.nullable ? [] : ["not null"]),
    ...(column.generated === null ? [] : [column.generated]),
    ...(column.default === null ? [] : [`default ${column.default}`]),
    ...(column.enumValues === null ? [] : [`one of ${column.enumValues.join(", ")}`]),
  ];
}

function listsOf(table: CatalogTable): DescribedTable["lists"] {
  const lists = [
    {
      title: "Keys",
      items: [
        ...(table.primaryKey ? [`primary key (${table.primaryKey.columns.join(", ")})`] : []),
        ...table.uniqueKeys.map(({ columns }) => `unique (${columns.join(", ")})`),
        ...table.foreignKeys.map(({ columns, to, toColumns, onDelete }) => {
          const action = onDelete === null || onDelete === "NO ACTION" ? "" : `, on delete ${onDelete.toLowerCase()}`;
          return `(${columns.join(", ")}) → ${to.schema === "" ? "" : `${to.schema}.`}${to.name} (${toColumns.join(", ")})${action}`;
        }),
      ],
    },
    {
      title: "Checks",
      items: table.checks.map(({ name, expression }) => (name === null ? expression : `${name}: ${expression}`)),
    },
    {
      title: "Indexes",
      items: table.indexes
        .filter(({ primary }) => !primary)
        .map(
          ({ name, parts, unique, condition }) =>
            `${name} (${parts.join(", ")})${unique ? ", unique" : ""}${condition === null ? "" : `, where ${condition}`}`,
        ),
    },
    { title: "Definition", items: table.definition === null ? [] : [table.definition.trim()] },
  ];
  return lists.filter(({ items }) => items.length > 0);
}
