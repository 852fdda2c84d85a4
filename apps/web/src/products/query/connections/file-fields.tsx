import { Button, classNames, IconButton, Input, Progress } from "@mindmesh/ui";
import CircleAlert from "lucide-react/icons/circle-alert";
import FileSpreadsheet from "lucide-react/icons/file-spreadsheet";
import Upload from "lucide-react/icons/upload";
import X from "lucide-react/icons/x";
import { useRef, useState } from "react";
import { bytesInWords } from "../../../files/bytes.ts";
import type { FileUpload, FileUploads } from "./use-file-uploads.ts";

const accepted = ".sqlite,.sqlite3,.db,.duckdb,.csv,.tsv,.txt,.parquet,.xlsx";

type FileFieldsProps = {
  files: FileUploads;
  /** What the server said of a file or its table, by index. */
  problems: Readonly<Record<string, string>>;
};

/** Files that become tables: dropped or picked, each with its progress and the name of its table. */
export function FileFields({ files, problems }: FileFieldsProps) {
  return (
    <div className="flex flex-col gap-3">
      <DropZone onFiles={files.add} words={files.uploads.length > 0 ? "Drop more files here" : undefined} />
      {files.uploads.length > 0 ? (
        <ul aria-label="Files" className="flex flex-col divide-y divide-line rounded-md border border-line">
          {files.uploads.map((upload, index) => (
            <FileRow
              key={upload.key}
              upload={upload}
              problem={upload.problem ?? problems[`files.${index}`] ?? problems[`files.${index}.table`] ?? null}
              onRemove={() => files.remove(upload.key)}
              onRename={(table) => files.rename(upload.key, table)}
            />
          ))}
        </ul>
      ) : null}
      {problems["files"] ? (
        <p role="alert" className="text-xs text-danger-ink">
          {problems["files"]}
        </p>
      ) : null}
    </div>
  );
}

type DropZoneProps = {
  onFiles: (files: readonly File[]) => void;
  /** Where there is more on the page: a line with these words instead of a large field. */
  words?: string | undefined;
};

const formatNames = { sqlite: "SQLite", duckdb: "DuckDB", csv: "CSV", parquet: "Parquet", xlsx: "XLSX" } as const;

/** A place to drop files on, with a button that picks them. */
export function DropZone({ onFiles, words }: DropZoneProps) {
  const small = words !== undefined;
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    // Files can be picked by the button, too.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
      className={classNames(
        "flex flex-wrap items-center justify-center gap-x-4 gap-y-3 rounded-lg border-2 border-dashed px-4 text-center transition-colors",
        small ? "py-4" : "flex-col py-10",
        over ? "border-accent bg-accent-soft" : "border-line",
      )}
    >
      {small ? null : <FileSpreadsheet aria-hidden="true" className="size-6 text-faint" />}
      <p className="text-sm text-muted">{words ?? "Drop SQLite, DuckDB, CSV, Parquet or XLSX files here"}</p>
      <Button size="sm" icon={<Upload />} onClick={() => input.current?.click()}>
        Choose files
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        accept={accepted}
        aria-label="Data files"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </div>
  );
}

type FileRowProps = {
  upload: FileUpload;
  problem: string | null;
  onRemove: () => void;
  onRename: (table: string) => void;
};

function FileRow({ upload, problem, onRemove, onRename }: FileRowProps) {
  const { name, bytes, progress, stored } = upload;
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <FileSpreadsheet aria-hidden="true" className="size-4 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm text-ink">{name}</p>
        {problem ? (
          <p role="alert" className="flex items-start gap-1 text-xs text-danger-ink">
            <CircleAlert aria-hidden="true" className="mt-0.5 size-3 shrink-0" />
            {problem}
          </p>
        ) : stored === null ? (
          <div className="flex items-center gap-2 pt-1">
            <Progress label={`Uploading ${name}`} value={progress === 1 ? null : progress} />
            <span className="w-9 shrink-0 text-right text-2xs tabular-nums text-faint">
              {Math.round(progress * 100)} %
            </span>
          </div>
        ) : (
          <p className="text-xs text-faint">
            {formatNames[stored.format]}, {bytesInWords(bytes)}
          </p>
        )}
      </div>
      {stored !== null && stored.table !== null ? (
        <Input
          aria-label={`Table of ${name}`}
          value={stored.table}
          onChange={(event) => onRename(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          className="max-w-40 font-mono text-xs phone:max-w-28"
        />
      ) : null}
      <IconButton
        size="sm"
        label={stored === null && problem === null ? `Cancel ${name}` : `Remove ${name}`}
        icon={<X />}
        onClick={onRemove}
      />
    </li>
  );
}
