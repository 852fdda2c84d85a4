import type { OutputFile } from "@mindmesh/contracts/runs";
import { fileUrl } from "../../../files/api.ts";
import { bytesInWords } from "../../../files/bytes.ts";
import { FileIcon } from "../../../files/file-icon.tsx";

/** The files that a run made, to be saved. */
export function OutputChips({ workspaceId, outputs }: { workspaceId: string; outputs: readonly OutputFile[] }) {
  const files = outputs.flatMap(({ path, version, file }) => (file ? [{ path, version, file }] : []));
  if (files.length === 0) return null;
  return (
    <ul aria-label="Files made by the code" className="flex flex-wrap gap-1.5">
      {files.map(({ path, version, file }) => (
        <li key={path} className="min-w-0">
          <a
            href={fileUrl({ workspaceId, fileId: file.id })}
            download={path.split("/").at(-1)}
            className="flex h-8 min-w-0 items-center gap-2 rounded-sm border border-line bg-raised px-2 text-xs !no-underline transition-colors hover:border-line-strong touch:h-11"
          >
            <FileIcon mediaType={file.mediaType} className="size-4 shrink-0 text-muted" />
            <span className="min-w-0 max-w-52 truncate font-medium text-ink">{path}</span>
            <span className="shrink-0 text-faint">
              {bytesInWords(file.bytes)}
              {version > 1 ? ` · version ${version}` : ""}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
