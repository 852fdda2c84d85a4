import { ClientError, refreshed, routeUrl } from "@mindmesh/client";
import { chatImport, chatRoutes, type ChatImport } from "@mindmesh/contracts/chat";
import type { ErrorBody } from "@mindmesh/contracts/errors";
import { clientOptions } from "../../live/client-options.ts";

type UploadSettings = {
  /** Called with the share sent, 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
};

/**
 * Sends an export file from the disk, with progress, which fetch cannot tell of.
 * @throws ClientError what the server refused, or `offline`; DOMException AbortError when cancelled
 */
export async function uploadExport(workspaceId: string, file: File, settings: UploadSettings): Promise<ChatImport> {
  // A session that has run out would be noticed only after gigabytes: make sure of it first.
  await refreshed(clientOptions);
  const url = routeUrl(chatRoutes.startImport, { params: { workspaceId }, query: { name: file.name } });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) settings.onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      try {
        if (request.status === 201) resolve(chatImport.parse(JSON.parse(request.responseText)));
        else reject(new ClientError(request.status, (JSON.parse(request.responseText) as ErrorBody).error));
      } catch (cause) {
        const message = `The server answered with status ${request.status}. Try again in a moment.`;
        reject(new ClientError(request.status, { code: "unavailable", message }, cause));
      }
    });
    request.addEventListener("error", () => {
      const message = "The upload was cut off. Check the connection and try again.";
      reject(new ClientError(0, { code: "offline", message }));
    });
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    settings.signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
