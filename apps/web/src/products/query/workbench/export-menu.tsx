import { routeUrl } from "@mindmesh/client";
import { statementRoutes, type ExportFormat, type Statement } from "@mindmesh/contracts/query/statements";
import { dismissToast, DropdownMenu, IconButton, toast } from "@mindmesh/ui";
import Download from "lucide-react/icons/download";
import { statementsApi } from "./api.ts";
import { bytesWords } from "./run-figures.ts";

const titles: Record<ExportFormat, string> = { csv: "CSV", json: "JSON", xlsx: "Excel", parquet: "Parquet" };

/** Fetches a result as a file and says how far it is; the toast can end it. */
async function download(
  workspaceId: string,
  statement: Statement,
  format: ExportFormat,
  formulas: "guarded" | "plain",
) {
  const id = `export-${statement.id}-${format}`;
  const stop = new AbortController();
  const say = (bytes: number) =>
    toast(`Exporting ${titles[format]}`, {
      id,
      tone: "busy",
      description: bytes === 0 ? "The server makes the file." : `${bytesWords(bytes)} so far`,
      action: { label: "Cancel", onSelect: () => stop.abort() },
    });
  say(0);
  try {
    const response = await statementsApi.exportResult({
      params: { workspaceId, statementId: statement.id },
      query: { format, formulas },
      signal: stop.signal,
    });
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    let said = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const next = await reader?.read();
      if (!next || next.done) break;
      parts.push(next.value);
      bytes += next.value.length;
      if (bytes - said > 1_000_000) say((said = bytes));
    }
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1];
    const url = URL.createObjectURL(new Blob(parts, { type: response.headers.get("content-type") ?? "" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = named === undefined ? `result.${format}` : decodeURIComponent(named);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    toast(`Exported ${titles[format]}`, { id, tone: "success", description: bytesWords(bytes) });
  } catch (error) {
    dismissToast(id);
    if (!stop.signal.aborted) toast("The export failed", { tone: "danger", description: (error as Error).message });
  }
}

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
