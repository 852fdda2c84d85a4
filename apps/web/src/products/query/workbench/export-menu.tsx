import { routeUrl } from "@mindmesh/client";
import { statementRoutes, type ExportFormat, type Statement } from "@mindmesh/contracts/query/statements";
import { DropdownMenu, IconButton } from "@mindmesh/ui";
import Download from "lucide-react/icons/download";
import { statementsApi } from "./api.ts";
import { saveAnswer } from "./save-answer.ts";

const titles: Record<ExportFormat, string> = { csv: "CSV", json: "JSON", xlsx: "Excel", parquet: "Parquet" };

/** Fetches a result as a file. */
const download = (
  workspaceId: string,
  { id: statementId }: Statement,
  format: ExportFormat,
  formulas: "guarded" | "plain",
) =>
  saveAnswer({
    id: `export-${statementId}-${format}`,
    words: {
      busy: `Exporting ${titles[format]}`,
      done: `Exported ${titles[format]}`,
      failed: "The export failed",
    },
    name: `result.${format}`,
    fetch: (signal) =>
      statementsApi.exportResult({ params: { workspaceId, statementId }, query: { format, formulas }, signal }),
  });

/** The files that a result can become. */
export function ExportMenu({ workspaceId, statement }: { workspaceId: string; statement: Statement }) {
  const get =
    (format: ExportFormat, formulas: "guarded" | "plain" = "guarded") =>
    () =>
      void download(workspaceId, statement, format, formulas);
  const json = routeUrl(statementRoutes.exportResult, {
    params: { workspaceId, statementId: statement.id },
    query: { format: "json" },
  });
  return (
    <DropdownMenu
      align="end"
      entries={[
        { kind: "label", label: "Export the rows that were read" },
        { label: "CSV", onSelect: get("csv") },
        { label: "CSV, text as it is", onSelect: get("csv", "plain") },
        { label: "JSON", onSelect: get("json") },
        { label: "Excel", onSelect: get("xlsx") },
        { label: "Parquet", onSelect: get("parquet") },
        { kind: "separator" },
        { kind: "link", label: "Open as JSON", href: json, newTab: true },
      ]}
    >
      <IconButton size="sm" label="Export" icon={<Download />} />
    </DropdownMenu>
  );
}
