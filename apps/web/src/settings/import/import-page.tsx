import { maxImportBytes } from "@mindmesh/contracts/chat";
import { Button, Callout, Progress } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import CircleAlert from "lucide-react/icons/circle-alert";
import FileUp from "lucide-react/icons/file-up";
import { useRef, useState } from "react";
import { ClientError } from "@mindmesh/client";
import { bytesInWords } from "../../files/bytes.ts";
import { sendFile } from "../../files/send-file.ts";
import { importUrl } from "../../products/chat/api.ts";
import { Section } from "../parts/section.tsx";
import { ImportsSection } from "./imports-section.tsx";
import { importsQuery } from "./queries.ts";

type Upload = { name: string; size: number; share: number; controller: AbortController };

/** Takes the export file of ChatGPT or Claude and shows how far its import is. */
export function ImportPage({ workspaceId }: { workspaceId: string }) {
  const queryClient = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [upload, setUpload] = useState<Upload | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [over, setOver] = useState(false);

  const send = async (file: File) => {
    setFault(null);
    if (file.size > maxImportBytes) {
      setFault(`The file has ${bytesInWords(file.size)}; at most ${bytesInWords(maxImportBytes)} can be imported.`);
      return;
    }
    const controller = new AbortController();
    setUpload({ name: file.name, size: file.size, share: 0, controller });
    try {
      await sendFile(importUrl(workspaceId, file.name), file, {
        signal: controller.signal,
        onProgress: (share) => setUpload((now) => now && { ...now, share }),
      });
    } catch (error) {
      if (error instanceof ClientError) setFault(error.message);
      else if (!controller.signal.aborted) throw error;
    } finally {
      setUpload(null);
      void queryClient.invalidateQueries(importsQuery(workspaceId));
    }
  };
  return (
    <>
      <Section
        title="Import from ChatGPT or Claude"
        description="Ask for your data there (Settings, Data controls or Privacy, Export). You get a ZIP file by mail; give it here as it is."
      >
        {fault === null ? null : (
          <Callout tone="danger" icon={<CircleAlert aria-hidden="true" />} className="mb-3">
            {fault}
          </Callout>
        )}
        {upload ? (
          <div className="flex items-center gap-4 rounded-md bg-sunken p-4">
            <div className="min-w-0 flex-1">
              <p className="truncate text-sm font-medium text-ink">{upload.name}</p>
              <p className="mb-2 text-xs text-muted">
                {upload.share < 1
                  ? `Sending: ${Math.floor(upload.share * 100)} % of ${bytesInWords(upload.size)}`
                  : "Sent; the server is looking at it"}
              </p>
              <Progress label="Upload" value={upload.share < 1 ? upload.share : null} />
            </div>
            <Button size="sm" onClick={() => upload.controller.abort()}>
              Cancel
            </Button>
          </div>
        ) : (
          <div
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
              event.preventDefault();
              setOver(false);
              const [file] = event.dataTransfer.files;
              if (file) void send(file);
            }}
            className={`flex flex-col items-center gap-3 rounded-lg border border-dashed px-6 py-8 text-center transition-colors ${over ? "border-accent bg-accent-soft" : "border-line-strong"}`}
          >
            <FileUp aria-hidden="true" className="size-6 text-muted" />
            <p className="text-sm text-muted phone:hidden">Drop the ZIP file or conversations.json here</p>
            <Button variant="primary" onClick={() => input.current?.click()}>
              Choose a file
            </Button>
            <input
              ref={input}
              type="file"
              accept=".zip,.json,application/zip,application/json"
              aria-label="Export file"
              className="sr-only"
              tabIndex={-1}
              onChange={(event) => {
                const [file] = event.target.files ?? [];
                event.target.value = "";
                if (file) void send(file);
              }}
            />
          </div>
        )}
        <p className="mt-3 text-xs text-muted">
          Importing the same file again adds nothing twice. It goes on when you leave this page, after the file was
          sent.
        </p>
      </Section>
      <ImportsSection workspaceId={workspaceId} />
    </>
  );
}
