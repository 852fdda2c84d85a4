import { Badge, CopyButton, Dialog } from "@mindmesh/ui";
import type { ResultSource } from "./result-source.ts";

/** JSON laid out in lines, its numbers with every digit: no JavaScript number stands between. */
export function laidOut(json: string): string {
  let depth = 0;
  let text = "";
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\[\s\S])*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const isEmptied = (token === "}" && text.endsWith("{")) || (token === "]" && text.endsWith("["));
    const line = () => `\n${"  ".repeat(depth)}`;
    if (token === "}" || token === "]") {
      depth -= 1;
      text += isEmptied ? token : `${line()}${token}`;
      continue;
    }
    if (text.endsWith("{") || text.endsWith("[")) text += line();
    if (token === "{" || token === "[") {
      text += token;
      depth += 1;
    } else if (token === ",") text += `,${line()}`;
    else text += token === ":" ? ": " : token;
  }
  return text;
}

type CellViewerProps = { source: ResultSource; row: number; column: number; onClose: () => void };

/** One value whole. */
export function CellViewer({ source, row, column: at, onClose }: CellViewerProps) {
  const shown = source.row(row);
  const column = source.columns[at];
  const value = shown?.cells[at];
  const isCut = shown?.cut.includes(at) ?? false;
  const looksLikeJson = column?.kind === "json" || /^\s*[[{][\s\S]*[\]}]\s*$/.test(value ?? "");
  const text = value === null || value === undefined ? null : looksLikeJson && !isCut ? laidOut(value) : value;
  return (
    <Dialog
      open
      size="lg"
      title={`${column?.name ?? ""}, row ${((shown?.row ?? row) + 1).toLocaleString("en")}`}
      description={column?.type}
      onOpenChange={(open) => !open && onClose()}
      footer={text === null ? undefined : <CopyButton text={() => value ?? ""} label="Copy the value" />}
    >
      {isCut ? (
        <p className="mb-2">
          <Badge tone="warning">Only the beginning: the value is longer than what is passed on</Badge>
        </p>
      ) : null}
      {text === null ? (
        <p className="italic text-muted">NULL</p>
      ) : (
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
          tabIndex={0}
          className="max-h-[60dvh] overflow-auto whitespace-pre-wrap break-words rounded-md bg-sunken p-3 font-mono text-xs text-ink"
        >
          {text}
        </pre>
      )}
    </Dialog>
  );
}
