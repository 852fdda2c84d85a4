import type { Readable, Writable } from "node:stream";

/** A program behind a wall of Linux, whichever put it up. */
export interface WallProcess {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** What it shows, in the protocol of inside/python/mindmesh.py. */
  display: Readable;
  /** Sends a line to a kept interpreter. Null: it takes no commands. */
  command: ((line: string) => Promise<void>) | null;
  /** Kills all of it, now. */
  kill(): void;
  usage(): Promise<Usage>;
  /** From here on the limit of CPU seconds counts anew. */
  allowCpu(seconds: number): Promise<void>;
  /** Resolves once nothing of it is left: no process, control group, container, copy. Never rejects. */
  ended: Promise<WallEnd>;
}

export interface Usage {
  cpuMs: number;
  peakMemoryBytes: number;
}

export interface WallEnd {
  exitCode: number | null;
  over: "cpu" | "memory" | null;
  usage: Usage;
  /** In plain words, where what put up the wall has lost it. */
  message?: string;
}
