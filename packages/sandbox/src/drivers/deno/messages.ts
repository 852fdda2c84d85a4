/** What a guest is started with; public paths only, they can be seen in the list of processes. */
export interface GuestBoot {
  language: "python" | "javascript";
  /** Folder of the pyodide package. */
  pyodide: string;
  /** An image of a started Python's memory comes in the first frame; without it the start takes seconds. */
  snapshot: boolean;
  /** Compiled QuickJS. */
  quickjsWasm: string;
  /** Memory of the interpreter. */
  memoryBytes: number;
}

export interface GuestLimits {
  outputBytes: number;
  diskBytes: number;
  files: number;
  fileBytes: number;
}

/** From the server to a guest. */
export type ToGuest =
  /** The body is the image of a started Python's memory. */
  | { type: "snapshot" }
  /** The body is the content; `path` begins with /data/. */
  | { type: "file"; path: string }
  | { type: "remove"; path: string }
  /** The body is what the code reads as its input. */
  | {
      type: "run";
      entry: string;
      source: string;
      typescript: boolean;
      keep: boolean;
      hosts: boolean;
      limits: GuestLimits;
    }
  | { type: "interrupt" }
  /** The answer to a `fetch`; the body is that of the answer. */
  | { type: "fetched"; id: number; status: number; headers: [string, string][]; problem?: string };

/** From a guest to the server, which believes none of it. */
export type FromGuest =
  | { type: "ready"; version: string }
  | { type: "output"; stream: "stdout" | "stderr" }
  | { type: "display"; mime: "image/png" | "image/svg+xml" | "text/html" }
  /** A file below /data/work or /data/out that was made or changed; the body is its content. */
  | { type: "file"; path: string }
  | { type: "removed"; path: string }
  | { type: "fetch"; id: number; method: string; url: string; headers: [string, string][] }
  | {
      type: "done";
      exitCode: number;
      /** The interpreter itself failed and can run nothing more. */
      broken?: boolean;
      /** Why files were not kept, in plain words. */
      disk?: string;
    };
