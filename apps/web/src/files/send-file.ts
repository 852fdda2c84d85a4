import { ClientError, refreshed } from "@mindmesh/client";
import type { ErrorBody } from "@mindmesh/contracts/errors";
import { clientOptions } from "../live/client-options.ts";

type SendSettings = {
  /** Called with the share that has been sent, 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
};

/** A session that has run out is noticed after the last byte; so large files make sure of it first. */
const largeBytes = 5 * 1024 * 1024;

/**
 * Sends a file from the disk as the body of a POST, with progress, which fetch cannot tell of.
 * Gives back the parsed JSON of the answer.
 * @throws ClientError what the server refused, or `offline`; DOMException AbortError when cancelled
 */
export async function sendFile(url: string, file: File, settings: SendSettings): Promise<unknown> {
  if (file.size > largeBytes) await refreshed(clientOptions);
  try {
    return await sendOnce(url, file, settings);
  } catch (error) {
    if (!(error instanceof ClientError && error.status === 401) || !(await refreshed(clientOptions))) throw error;
    return sendOnce(url, file, settings);
  }
}

function sendOnce(url: string, file: File, { onProgress, signal }: SendSettings) {
  return new Promise<unknown>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      try {
        const answer: unknown = JSON.parse(request.responseText);
        if (request.status < 300) resolve(answer);
        else reject(new ClientError(request.status, (answer as ErrorBody).error));
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
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
