import type { Catalog, CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Diagram } from "@mindmesh/contracts/query/diagram";

// DBML (dbml.dbdiagram.io/docs) has no escape for quotes inside quoted names; they become apostrophes there.
const quoted = (name: string) => `"${name.replaceAll('"', "'").replaceAll("\n", " ")}"`;
const text = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", " ")}'`;
const tableName = ({ schema, name }: { schema: string; name: string }) =>
  schema === "" ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
const typeOf = (type: string) => (/^\w+(?:\([\d, ]+\))?$/.test(type) ? type : quoted(type));

/** The schema in DBML, with enumerations, indexes, comments and relations; inferred ones are marked by a comment. */
export function toDbml(catalog: Catalog, diagram: Diagram): string {
  const blocks = [
    ...catalog.enums.map(
      (each) => `Enum ${tableName(each)} {\n${each.values.map((value) => `  ${quoted(value)}`).join("\n")}\n}`,
    ),
    ...catalog.tables.map(tableBlock),
    ...diagram.relations.flatMap((relation) => {
      const from = diagram.tables[relation.from];
      const to = diagram.tables[relation.to];
      if (!from || !to) return [];
      const end = (table: { schema: string; name: string }, columns: string[]) =>
        `${tableName(table)}.${columns.length === 1 ? quoted(columns[0] ?? "") : `(${columns.map(quoted).join(", ")})`}`;
      const sign = relation.single ? "-" : ">";
      const mark = relation.origin === "declared" ? "" : ` // ${relation.origin}`;
      return [`Ref: ${end(from, relation.columns)} ${sign} ${end(to, relation.toColumns)}${mark}`];
    }),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function tableBlock(table: CatalogTable): string {
  const single = table.primaryKey?.columns.length === 1 ? table.primaryKey.columns[0] : undefined;
  const lines = table.columns.map(
    (column) => `  ${quoted(column.name)} ${typeOf(column.type)}${settings(column, single)}`,
  );
  const indexes = [
    ...(table.primaryKey && single === undefined
      ? [`    (${table.primaryKey.columns.map(quoted).join(", ")}) [pk]`]
      : []),
    ...table.indexes
      .filter(({ primary }) => !primary)
      .map(
        ({ parts, unique, name }) =>
          `    (${parts.map(indexPart).join(", ")}) [${unique ? "unique, " : ""}name: ${text(name)}]`,
      ),
  ];
  return [
    `Table ${tableName(table)} {`,
    ...lines,
    ...(indexes.length > 0 ? ["", "  indexes {", ...indexes, "  }"] : []),
    ...(table.comment === null ? [] : ["", `  Note: ${text(table.comment)}`]),
    "}",
  ].join("\n");
}

const indexPart = (part: string) => (/^\w+$/.test(part) ? quoted(part) : `\`${part.replaceAll("`", "'")}\``);

function settings(column: CatalogColumn, primary: string | undefined): string {
  const said = [
    ...(column.name === primary ? ["pk"] : []),
    ...(column.generated === "identity" ? ["increment"] : []),
    ...(column.nullable ? [] : ["not null"]),
    ...(column.default === null ? [] : [`default: \`${column.default.replaceAll("`", "'").replaceAll("\n", " ")}\``]),
    ...(column.comment === null ? [] : [`note: ${text(column.comment)}`]),
  ];
  return said.length === 0 ? "" : ` [${said.join(", ")}]`;
}
