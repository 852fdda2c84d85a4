import type { Documentation } from "@mindmesh/contracts/query/documentation";
import { describeTables } from "./describe-table.ts";

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 2rem 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .25rem; } h3 { font-size: .85rem; margin: 1rem 0 .25rem; }
.facts { color: color-mix(in srgb, currentColor 65%, transparent); margin: 0 0 .5rem; }
nav ul { columns: 16rem; padding-left: 1.1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top; }
code, pre { font: .85rem/1.5 ui-monospace, monospace; } pre { overflow-x: auto; white-space: pre-wrap; }
@media print { nav { display: none; } h2 { break-after: avoid; } }
`;

/** The documentation as one page that needs nothing else: no script, no other file. */
export function toHtml(name: string, documentation: Documentation): string {
  const { coverage, serverVersion, takenAt } = documentation;
  const tables = describeTables(documentation);
  const parts = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escape(name)}</title><style>${style}</style></head><body>`,
    `<h1>${escape(name)}</h1><p class="facts">${escape(serverVersion)}, read on ${takenAt.slice(0, 10)}. ${coverage.tables} tables, ${coverage.describedTables} described; ${coverage.columns} columns, ${coverage.describedColumns} described.</p>`,
    `<nav aria-label="Tables"><ul>${tables.map(({ title }, index) => `<li><a href="#t${index}">${escape(title)}</a></li>`).join("")}</ul></nav>`,
    ...tables.flatMap(({ title, facts, text, columns, lists }, index) => [
      `<section aria-labelledby="t${index}"><h2 id="t${index}">${escape(title)}</h2><p class="facts">${escape(facts.join(", "))}</p>`,
      text === null ? "" : `<p>${escape(text)}</p>`,
      `<div class="scroll"><table><thead><tr><th>Column</th><th>Type</th><th>Rules</th><th>Description</th></tr></thead><tbody>`,
      ...columns.map(
        (column) =>
          `<tr><td><code>${escape(column.name)}</code></td><td><code>${escape(column.type)}</code></td><td>${escape(column.marks.join(", "))}</td><td>${escape(column.text)}</td></tr>`,
      ),
      "</tbody></table></div>",
      ...lists.map((list) =>
        list.title === "Definition"
          ? `<h3>Definition</h3><pre>${escape(list.items.join("\n"))}</pre>`
          : `<h3>${list.title}</h3><ul>${list.items.map((item) => `<li><code>${escape(item)}</code></li>`).join("")}</ul>`,
      ),
      "</section>",
    ]),
    "</body></html>",
  ];
  return parts.join("\n");
}
