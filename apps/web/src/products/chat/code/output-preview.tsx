import type { OutputFile } from "@mindmesh/contracts/runs";
import { Button, IconButton, Select, Skeleton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import ArrowLeft from "lucide-react/icons/arrow-left";
import { useMemo, useState } from "react";
import { DataGrid } from "../../../code/output/data-grid.tsx";
import { OutputText } from "../../../code/output/output-text.tsx";
import { readCsv } from "../../../code/output/read-csv.ts";
import { fileUrl, type StoredFile } from "../../../files/api.ts";
import { bytesInWords } from "../../../files/bytes.ts";
import { nearness } from "../../../settings/parts/moment.tsx";
import { versionsQuery, type Place } from "./queries.ts";

/** No more than this is fetched for a look at a text or a table, in bytes. */
const mostPreviewBytes = 5_000_000;

type OutputPreviewProps = { place: Place; newest: OutputFile; onBack: () => void };

/** A file that code made: which version, a look at it, and the file itself. */
export function OutputPreview({ place, newest, onBack }: OutputPreviewProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const versions = useQuery(versionsQuery(place, newest.path)).data ?? [newest];
  const shown = versions.find(({ version }) => version === chosen) ?? versions[0] ?? newest;
  const { workspaceId } = place;
  return (
    <>
      <div className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line px-2 py-1.5">
        <IconButton size="sm" label="All files" icon={<ArrowLeft />} onClick={onBack} />
        <h3 className="min-w-0 flex-1 truncate text-sm font-medium text-ink">{newest.path}</h3>
        {versions.length > 1 ? (
          <Select
            aria-label="Version"
            value={String(shown.version)}
            onValueChange={(version) => setChosen(Number(version))}
            options={versions.map(({ version, createdAt }) => ({
              value: String(version),
              label: `Version ${version}`,
              hint: nearness(createdAt),
            }))}
            className="w-32"
          />
        ) : null}
        {shown.file ? (
          <Button asChild size="sm">
            <a href={fileUrl({ workspaceId, fileId: shown.file.id })} download={newest.path.split("/").at(-1)}>
              Download
            </a>
          </Button>
        ) : null}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-3.5">
        {shown.file ? (
          <Look key={shown.file.id} workspaceId={workspaceId} path={newest.path} file={shown.file} />
        ) : (
          <p className="text-sm text-muted">This version was deleted.</p>
        )}
      </div>
    </>
  );
}

function Look({ workspaceId, path, file }: { workspaceId: string; path: string; file: StoredFile }) {
  const url = fileUrl({ workspaceId, fileId: file.id });
  if (file.image) {
    return (
      <img
        src={url}
        alt={path}
        width={file.image.width}
        height={file.image.height}
        className="h-auto max-w-full rounded-md border border-line bg-[white]"
      />
    );
  }
  const isTable = /\.(?:csv|tsv)$/i.test(path);
  if (!isTable && !/^text\/|json|xml|javascript|x-sh|yaml|sql/.test(file.mediaType)) {
    return <NoLook file={file} words="There is no preview of this kind of file." />;
  }
  if (file.bytes > mostPreviewBytes) return <NoLook file={file} words="It is too large for a preview." />;
  return <TextLook path={path} url={url} isTable={isTable} fileId={file.id} />;
}

function NoLook({ file, words }: { file: StoredFile; words: string }) {
  return (
    <p className="text-sm text-muted">
      {words} {bytesInWords(file.bytes)}, {file.mediaType}.
    </p>
  );
}

function TextLook({ path, url, isTable, fileId }: { path: string; url: string; isTable: boolean; fileId: string }) {
  const text = useQuery({
    queryKey: ["output-text", fileId],
    queryFn: async ({ signal }) => {
      const answer = await fetch(url, { signal });
      if (!answer.ok) throw new Error(`The file could not be read (${answer.status}).`);
      return answer.text();
    },
    staleTime: Infinity,
  });
  const table = useMemo(() => (isTable && text.data !== undefined ? readCsv(text.data) : null), [isTable, text.data]);
  if (text.isError) return <p className="text-sm text-muted">The file could not be read.</p>;
  if (text.data === undefined) return <Skeleton className="h-40 w-full" />;
  if (table) return <DataGrid label={path} table={table} more={table.more} />;
  return <OutputText stream="stdout" text={text.data} />;
}
