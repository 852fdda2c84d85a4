import { fileUrl, type StoredFile, thumbnailUrl } from "./api.ts";
import { bytesInWords } from "./bytes.ts";
import { FileIcon } from "./file-icon.tsx";

/** Files that went with a message: images to look at, the rest to save. */
export function MessageFiles({ workspaceId, files }: { workspaceId: string; files: readonly StoredFile[] }) {
  if (files.length === 0) return null;
  return (
    <ul aria-label="Files" className="flex max-w-[85%] flex-wrap justify-end gap-2 pb-1.5 phone:max-w-full">
      {files.map((file) => (
        <li key={file.id} className="min-w-0">
          <a
            href={fileUrl({ workspaceId, fileId: file.id })}
            target="_blank"
            rel="noreferrer"
            className="block overflow-hidden rounded-md border border-line bg-panel transition-colors hover:border-line-strong"
          >
            {file.image && file.hasThumbnail ? (
              <img
                src={thumbnailUrl({ workspaceId, fileId: file.id })}
                alt={file.name}
                // Its place is kept while it loads, so that nothing moves.
                width={file.image.width}
                height={file.image.height}
                className="max-h-56 w-auto max-w-full object-contain"
              />
            ) : (
              <span className="flex h-13 items-center gap-2.5 px-2.5">
                <FileIcon mediaType={file.mediaType} className="size-5 shrink-0 text-muted" />
                <span className="min-w-0">
                  <span className="block max-w-48 truncate text-xs font-medium">{file.name}</span>
                  <span className="block text-2xs text-faint">{bytesInWords(file.bytes)}</span>
                </span>
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}
