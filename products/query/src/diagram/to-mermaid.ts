import type { Diagram, DiagramTable } from "@mindmesh/contracts/query/diagram";

// Mermaid's erDiagram takes an entity's name in quotes, but of a column's name and type only these characters.
const word = (text: string) => text.replaceAll(/[^\p{L}\p{N}_()[\]-]+/gu, "_").replace(/^(?=[^\p{L}_])/u, "_") || "_";
const quoted = (text: string) => `"${text.replaceAll('"', "'").replaceAll(/\s+/g, " ")}"`;
const entity = ({ schema, name }: DiagramTable) => quoted(schema === "" ? name : `${schema}.${name}`);

/** The schema as an entity relationship diagram of Mermaid; inferred relations are drawn with dots. */
export function toMermaid(diagram: Diagram): string {
  const tables = diagram.tables.flatMap((table) => [
    `  ${entity(table)} {`,
    ...table.columns.map(({ name, type, primary, foreign }) => {
      const keys = [...(primary ? ["PK"] : []), ...(foreign ? ["FK"] : [])].join(", ");
      return `    ${word(type)} ${word(name)}${keys === "" ? "" : ` ${keys}`}`;
    }),
    "  }",
  ]);
  const relations = diagram.relations.flatMap(({ from, to, origin, optional, single, columns }) => {
    const one = diagram.tables[to];
    const many = diagram.tables[from];
    if (!one || !many) return [];
    const line = origin === "declared" ? "--" : "..";
    return [
      `  ${entity(one)} ${optional ? "|o" : "||"}${line}${single ? "o|" : "o{"} ${entity(many)} : ${quoted(columns.join(", "))}`,
    ];
  });
  return ["erDiagram", ...tables, ...relations, ""].join("\n");
}
