import type { RunLimits } from "./limits.ts";

export const sandboxLanguages = ["python", "javascript", "typescript", "shell"] as const;
export type SandboxLanguage = (typeof sandboxLanguages)[number];

export const kernelLanguages = ["python", "javascript"] as const;
export type KernelLanguage = (typeof kernelLanguages)[number];

export interface RunRequest {
  /** Whose turn it is in the queue: people take turns, whatever each of them has waiting. */
  person: string;
  language: SandboxLanguage;
  source: string;
  /** Where the source is put below /data/work, for tracebacks. Standard: main.py, main.js, main.ts, main.sh. */
  entryName?: string;
  /** Other files of the editor, written below /data/work before the run. */
  files?: { path: string; content: string | Uint8Array }[];
  /** Host folder that the caller keeps between runs: /data/work inside. Its `out` is /data/out. One run at a time. */
  directory: string;
  /** Regular files of the host, to be read at /data/files/<name>. */
  inputs?: { name: string; hostPath: string }[];
  stdin?: Uint8Array;
  limits?: Partial<RunLimits>;
  /** Hosts that may be reached, as `example.org`, `*.example.org` (names below it) or `example.org:8080`. None: no network at all. */
  hosts?: string[];
  signal: AbortSignal;
}

export type FinishReason = "exit" | "time" | "cpu" | "memory" | "output" | "disk" | "cancelled" | "lost";

/** Where in the person's own files an error came up, for the editor. Lines count from 1. */
export interface SourceError {
  file: string;
  line: number;
  message: string;
}

export interface RunUsage {
  wallMs: number;
  cpuMs: number;
  peakMemoryBytes: number;
  outputBytes: number;
}

/** A run tells `queued` (when it waits; again when it moves up), `started`, what it makes, and `finished` last. */
export type RunEvent =
  | { type: "queued"; position: number }
  | { type: "started"; driver: string }
  /** Valid UTF-8 without NUL and without control codes other than newline, return, tab and the colours of ANSI. */
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  /** A figure or table as it is made. PNG in base64; SVG and HTML as text that nobody has sanitised yet. */
  | { type: "display"; mime: "image/png" | "image/svg+xml" | "text/html"; data: string }
  /** A regular file below /data/out that was made or changed; `path` is relative to /data/out, with slashes. */
  | { type: "file"; path: string; bytes: number; hostPath: string }
  | {
      type: "finished";
      reason: FinishReason;
      exitCode: number | null;
      /** In plain words, for the person: how it ended, and on lines of their own what could not be handed out. */
      message: string;
      error?: SourceError;
      usage: RunUsage;
    };

export interface KernelRequest {
  person: string;
  language: KernelLanguage;
  directory: string;
  inputs?: { name: string; hostPath: string }[];
  limits?: Partial<RunLimits>;
  hosts?: string[];
  /** Dies quietly after so long without a run. Standard: 600. */
  idleSeconds?: number;
}

/** An interpreter that keeps its variables. One run at a time; a run that is stopped by a limit ends the kernel. */
export interface SandboxKernel {
  readonly language: KernelLanguage;
  run(request: { source: string; signal: AbortSignal }): AsyncIterable<RunEvent>;
  close(): Promise<void>;
  /** Resolves once nothing of it is left, with why it ended. Never rejects. */
  readonly closed: Promise<{ reason: "closed" | "idle" | FinishReason; message: string }>;
}

export interface SandboxLanguageDescription {
  language: SandboxLanguage;
  version: string;
  /** Names of packages that can be imported beyond the standard library, those of use first. */
  packages: string[];
}

export interface SandboxDescription {
  /** Null when code execution is off; `reason` then says why and what to do. */
  driver: string | null;
  reason?: string;
  /** What it guards, in plain words. */
  guards: string[];
  /** What it does not guard. */
  gaps: string[];
  languages: SandboxLanguageDescription[];
  running: number;
  waiting: number;
}

export interface Sandbox {
  /**
   * Throws a `SandboxError` from the iteration, before `started`, when nothing was started: `invalid_fields`, `too_large`,
   * `queue_full`, `sandbox_off`, `storage_full`. Whatever comes later is told by `finished`. Leaving the loop early
   * cancels the run.
   */
  run(request: RunRequest): AsyncIterable<RunEvent>;
  openKernel(request: KernelRequest): Promise<SandboxKernel>;
  describe(): SandboxDescription;
  /** Ends what runs and waits, and leaves nothing behind. */
  close(): Promise<void>;
}
