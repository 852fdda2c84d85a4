import type { Documentation } from "@mindmesh/contracts/query/documentation";
import { describeTables } from "./describe-table.ts";

/** Text inside a line or a table cell of Markdown: its own signs lose their meaning. */
const plain = (text: string) => text.replaceAll(/[\\`*_{}[\]<>#|!~]/g, String.raw`\$&`).replaceAll(/\s*\n\s*/g, " ");
const code = (text: string) => {
  const ticks = "`".repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const edge = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${ticks}${edge}${text.replaceAll("|", String.raw`\|`).replaceAll("\n", " ")}${edge}${ticks}`;
};
const percent = (part: number, whole: number) => (whole === 0 ? "100" : String(Math.floor((part / whole) * 100)));

/** The documentation as Markdown (GitHub's tables), fit to be kept in a repository: the same schema gives the same text. */
export function toMarkdown(name: string, documentation: Documentation): string {
  const { coverage, serverVersion, takenAt, enums } = documentation;
  const tables = describeTables(documentation).flatMap(({ title, facts, text, columns, lists }) => [
    `## ${plain(title)}`,
    "",
    `*${plain(facts.join(", "))}*`,
    "",
    ...(text === null ? [] : [plain(text), ""]),
    "| Column | Type | | Description |",
    "| --- | --- | --- | --- |",
    ...columns.map(
      (column) =>
        `| ${code(column.name)} | ${code(column.type)} | ${plain(column.marks.join(", "))} | ${plain(column.text)} |`,
    ),
    "",
    ...lists.flatMap((list) =>
      list.title === "Definition"
        ? [`**${list.title}**`, "", "```sql", ...list.items, "```", ""]
        : [`**${list.title}**`, "", ...list.items.map((item) => `- ${code(item)}`), ""],
    ),
  ]);
  return [
    `# ${plain(name)}`,
    "",
    `${plain(serverVersion)}, read on ${takenAt.slice(0, 10)}. ${coverage.tables} tables, ${percent(coverage.describedTables, coverage.tables)} % described; ` +
      `${coverage.columns} columns, ${percent(coverage.describedColumns, coverage.columns)} % described.`,
    "",
    ...tables,
    ...(enums.length === 0
      ? []
      : [
          "## Enumerations",
          "",
          ...enums.map((each) => `- ${code(`${each.schema}.${each.name}`)}: ${plain(each.values.join(", "))}`),
          "",
        ]),
  ].join("\n");
}
