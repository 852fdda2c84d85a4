import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { toast } from "@mindmesh/ui";
import { copyText, copyTitles, type CopyFormat } from "./copy-formats.ts";
import type { ResultSource } from "./result-source.ts";
import type { Area } from "./selection.ts";

/** More cells than these are a file, not something to paste. */
const mostCells = 1_000_000;

/** Puts the chosen cells on the clipboard and says so. */
export async function copyArea(source: ResultSource, area: Area, format: CopyFormat, engine: EngineKind) {
  const columns = source.columns.slice(area.left, area.right + 1);
  const count = area.bottom - area.top + 1;
  if (count * columns.length > mostCells) {
    toast("Too much to copy", { tone: "danger", description: "Export the result as a file instead." });
    return;
  }
  try {
    const rows = await source.rows(area.top, area.bottom + 1);
    const cells = rows.map((row) => row.cells.slice(area.left, area.right + 1));
    await navigator.clipboard.writeText(copyText(format, columns, cells, engine));
  } catch {
    toast("Not copied", { tone: "danger", description: "The browser does not allow it here, or the rows are gone." });
    return;
  }
  const words =
    count === 1 && columns.length === 1 ? "1 cell" : `${count.toLocaleString("en")} × ${columns.length} cells`;
  toast(`Copied ${words}`, { id: "copied", description: format === "tsv" ? undefined : copyTitles[format] });
}
