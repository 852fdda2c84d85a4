import type { EngineKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import { Button, Callout, CopyButton, Dialog } from "@mindmesh/ui";
import { statementsApi } from "../api.ts";
import { saveAnswer } from "../save-answer.ts";
import { quotedName } from "./copy-formats.ts";
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

type CellViewerProps = { source: ResultSource; engine: EngineKind; row: number; column: number; onClose: () => void };

type CutProps = { column: ResultColumn; value: string; engine: EngineKind; onDownload: () => void };

/** What is said of a value of which only the beginning was passed on: how much that is, and how to have the rest. */
function Cut({ column: { name, kind }, value, engine, onDownload }: CutProps) {
  const isBinary = kind === "binary";
  // Binary values are shown as `\\x` and two digits a byte.
  const length = isBinary ? Math.floor((value.length - 2) / 2) : Array.from(value).length;
  const quoted = quotedName(name, engine);
  const whole = engine === "postgres" && kind !== "text" && !isBinary ? `CAST(${quoted} AS text)` : quoted;
  // The driver of SQL Server would hold all of it in the server's memory.
  const canBeWhole = engine !== "mssql";
  const more = `substring(${whole}, ${length + 1}, 10000)`;
  return (
    <Callout
      tone="warning"
      title={`Only the first ${length.toLocaleString("en")} ${isBinary ? "bytes" : "characters"}`}
      className="mb-3"
      action={
        <div className="flex flex-wrap gap-2">
          {canBeWhole ? (
            <Button size="sm" onClick={onDownload}>
              Download the whole value
            </Button>
          ) : null}
          <CopyButton text={more} label="Copy the expression" />
        </div>
      }
    >
      A longer value is cut before it reaches the page.{" "}
      {canBeWhole
        ? "The download runs the statement again, up to this row, for all of it. To read on here"
        : "To read on"}
      , select <code className="font-mono text-xs [overflow-wrap:anywhere]">{more}</code>.
    </Callout>
  );
}

/** One value whole. */
export function CellViewer({ source, engine, row, column: at, onClose }: CellViewerProps) {
  const shown = source.row(row);
  const column = source.columns[at];
  const value = shown?.cells[at];
  const isCut = shown?.cut.includes(at) ?? false;
  const looksLikeJson = column?.kind === "json" || /^\s*[[{][\s\S]*[\]}]\s*$/.test(value ?? "");
  const text = value === null || value === undefined ? null : looksLikeJson && !isCut ? laidOut(value) : value;
  const place = { row: shown?.row ?? row, column: at };
  const download = () =>
    void saveAnswer({
      id: `value-${source.statementId}-${place.row}-${place.column}`,
      words: { busy: "Fetching the whole value", done: "Saved the whole value", failed: "The value was not saved" },
      name: "value.txt",
      fetch: (signal) =>
        statementsApi.readValue({
          params: { workspaceId: source.workspaceId, statementId: source.statementId },
          body: place,
          signal,
        }),
    });
  return (
    <Dialog
      open
      size="lg"
      title={`${column?.name ?? ""}, row ${((shown?.row ?? row) + 1).toLocaleString("en")}`}
      description={column?.type}
      onOpenChange={(open) => !open && onClose()}
      footer={text === null ? undefined : <CopyButton text={() => value ?? ""} label="Copy the value" />}
    >
      {isCut && value && column ? <Cut column={column} value={value} engine={engine} onDownload={download} /> : null}
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
