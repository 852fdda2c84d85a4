import type { OutputFile } from "@mindmesh/contracts/runs";
import { EmptyState, ErrorState } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import ChevronRight from "lucide-react/icons/chevron-right";
import FileOutput from "lucide-react/icons/file-output";
import { useState } from "react";
import { bytesInWords } from "../../../files/bytes.ts";
import { FileIcon } from "../../../files/file-icon.tsx";
import { Moment } from "../../../settings/parts/moment.tsx";
import { OutputPreview } from "./output-preview.tsx";
import { outputsQuery, type Place } from "./queries.ts";
import { PaneSkeleton } from "./runs-pane.tsx";

/** The files that code wrote in this conversation; one opens to its versions and a look at it. */
export function FilesPane({ place }: { place: Place }) {
  const outputs = useQuery(outputsQuery(place));
  const [open, setOpen] = useState<string | null>(null);
  if (outputs.isError) {
    return (
      <ErrorState
        title="The files could not be loaded"
        description={outputs.error.message}
        onRetry={() => void outputs.refetch()}
        retrying={outputs.isFetching}
      />
    );
  }
  if (!outputs.data) return <PaneSkeleton words="Loading the files" />;
  const shown = outputs.data.find(({ path }) => path === open);
  if (shown) return <OutputPreview place={place} newest={shown} onBack={() => setOpen(null)} />;
  if (outputs.data.length === 0) {
    return (
      <EmptyState
        icon={<FileOutput aria-hidden="true" />}
        title="No files yet"
        description="What code writes to /data/out is kept here, every version of it."
        className="my-auto"
      />
    );
  }
  return (
    <ul aria-label="Files made by code" className="min-h-0 flex-1 divide-y divide-line overflow-y-auto">
      {outputs.data.map((output) => (
        <li key={output.path}>
          <OutputRow output={output} onOpen={() => setOpen(output.path)} />
        </li>
      ))}
    </ul>
  );
}

function OutputRow({ output, onOpen }: { output: OutputFile; onOpen: () => void }) {
  const { path, version, file, createdAt } = output;
  return (
    <button
      type="button"
      onClick={onOpen}
      className="flex min-h-13 w-full items-center gap-3 px-3.5 py-2 text-left text-sm transition-colors -outline-offset-2 hover:bg-hover"
    >
      <FileIcon mediaType={file?.mediaType ?? ""} className="size-5 shrink-0 text-muted" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium text-ink">{path}</span>
        <span className="block truncate text-xs text-muted">
          {file ? bytesInWords(file.bytes) : "Deleted"}
          {version > 1 ? ` · version ${version}` : ""} · <Moment at={createdAt} />
        </span>
      </span>
      <ChevronRight aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
    </button>
  );
}
