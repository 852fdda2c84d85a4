import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Documentation } from "@mindmesh/contracts/query/documentation";
import { Badge, Table } from "@mindmesh/ui";
import { useState } from "react";
import { DescriptionField } from "./description-field.tsx";

type DescribedTablesProps = {
  workspaceId: string;
  connectionId: string;
  documentation: Documentation;
  words: string;
  mayDescribe: boolean;
};

/** Tables drawn at once; more come on demand, so that a thousand do not stall the page. */
const perPage = 20;

/** Table by table what the database says and what people have added, and where they can add more. */
export function DescribedTables({ documentation, words, mayDescribe, ...place }: DescribedTablesProps) {
  const [pages, setPages] = useState({ words, count: 1 });
  const count = pages.words === words ? pages.count : 1;
  const texts = new Map(
    documentation.descriptions.map(({ schema, table, column, text }) => [
      JSON.stringify([schema, table, column]),
      text,
    ]),
  );
  const found = documentation.tables.filter((table) => fits(table, texts, words));
  const schemas = new Set(documentation.tables.map(({ schema }) => schema)).size;
  if (found.length === 0) {
    return <p className="py-10 text-center text-sm text-muted">Nothing in the documentation fits these words.</p>;
  }
  return (
    <>
      {found.slice(0, count * perPage).map((table) => {
        const textOf = (column: string | null) => texts.get(JSON.stringify([table.schema, table.name, column])) ?? "";
        const field = (column: string | null, comment: string | null) => (
          <DescriptionField
            {...place}
            table={table}
            column={column}
            comment={comment}
            text={textOf(column)}
            mayDescribe={mayDescribe}
          />
        );
        return (
          <section key={`${table.schema}.${table.name}`} className="mt-8" aria-label={table.name}>
            <h2 className="flex flex-wrap items-baseline gap-2 text-md font-semibold text-ink">
              {table.name}
              {schemas > 1 ? <span className="text-xs font-normal text-faint">{table.schema}</span> : null}
              {table.kind === "table" ? null : <Badge>{table.kind}</Badge>}
            </h2>
            <div className="mb-2 mt-1 text-sm">{field(null, table.comment)}</div>
            <Table label={`Columns of ${table.name}`}>
              <thead>
                <tr>
                  <th className="w-1/4">Column</th>
                  <th className="w-1/4">Type</th>
                  <th className="w-1/2">Description</th>
                </tr>
              </thead>
              <tbody>
                {table.columns.map((column) => (
                  <tr key={column.name}>
                    <td className="whitespace-nowrap font-medium">{column.name}</td>
                    <td className="whitespace-nowrap font-mono text-xs text-muted">{column.type}</td>
                    <td>{field(column.name, column.comment)}</td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </section>
        );
      })}
      {found.length > count * perPage ? (
        <button
          type="button"
          className="mt-8 w-full rounded-md border border-line py-2 text-sm font-medium text-muted hover:bg-hover hover:text-ink"
          onClick={() => setPages({ words, count: count + 1 })}
        >
          Show more of {found.length.toLocaleString("en")} tables
        </button>
      ) : null}
    </>
  );
}

function fits(table: CatalogTable, texts: ReadonlyMap<string, string>, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return true;
  const says = [table.name, table.comment, ...table.columns.flatMap(({ name, comment }) => [name, comment])];
  const own = [null, ...table.columns.map(({ name }) => name)].map((column) =>
    texts.get(JSON.stringify([table.schema, table.name, column])),
  );
  return [...says, ...own].some((text) => text?.toLowerCase().includes(wanted));
}
