import type { RunLimits } from "./limits.ts";
import type { KernelLanguage, RunEvent, SandboxLanguage, SandboxLanguageDescription } from "./sandbox.ts";

/** A wall. One file (or folder) per driver under `drivers/`; the queue, limits, output and files are the sandbox's. */
export interface SandboxDriver {
  readonly name: string;
  /** It can let a program reach the hosts that a job names, and no others. Absent: it has no network at all. */
  readonly reachesHosts?: boolean;
  /**
   * Tries the wall on this machine: that code runs, and that what must fail does. It is asked once at start, and a
   * driver whose test does not pass is never run. Never rejects; a failure is a report without `passed`.
   */
  selfTest(): Promise<DriverReport>;
  /**
   * Runs a program to its end. Resolves only once no process of it is left, whatever `signal` or the limits said, and
   * rejects only where the driver itself broke (that is told as "lost").
   */
  run(job: DriverJob): Promise<DriverOutcome>;
  /** Absent: the driver keeps no variables. */
  openKernel?(job: DriverKernelJob): Promise<DriverKernel>;
  close(): Promise<void>;
}

export type DriverReport =
  | { passed: true; guards: string[]; gaps: string[]; languages: SandboxLanguageDescription[] }
  | { passed: false; reason: string };

interface DriverPlace {
  /** Unique; fit for a file name. */
  id: string;
  /** Host folders, there already, cleaned of what is no file or folder. */
  workDirectory: string;
  outDirectory: string;
  /** Checked: plain names, regular files. */
  inputs: { name: string; hostPath: string }[];
  limits: RunLimits;
  hosts: string[];
}

export interface DriverJob extends DriverPlace, DriverSinks {
  language: SandboxLanguage;
  /** Path of the program below `workDirectory`, with slashes. It has been written there. */
  entry: string;
  stdin: Uint8Array;
  /**
   * Aborted when the run must end: cancelled, out of time, too much output or disk. The whole tree is to be dead
   * within a second. The sandbox knows the reason.
   */
  signal: AbortSignal;
}

/** Where a program's output goes. Bytes as they come, in any pieces; the sandbox decodes, cleans and caps them. */
export interface DriverSinks {
  output(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  display(display: DriverDisplay): void;
}

export type DriverDisplay = Omit<Extract<RunEvent, { type: "display" }>, "type">;

export interface DriverOutcome {
  /** Who ended it: itself, a limit that the driver keeps, or something that the driver cannot explain ("lost"). */
  ended: "exit" | "cpu" | "memory" | "lost";
  exitCode: number | null;
  /** Plain words, where more can be said than the sandbox knows. */
  message?: string;
  cpuMs: number;
  peakMemoryBytes: number;
}

export interface DriverKernelJob extends DriverPlace {
  language: KernelLanguage;
}

export interface DriverKernel {
  /** As `SandboxDriver.run`, in the kernel's interpreter. `fatal`: the kernel has ended with it. */
  run(job: DriverSinks & { source: string; signal: AbortSignal }): Promise<DriverOutcome & { fatal: boolean }>;
  close(): Promise<void>;
  /** Resolves once no process of it is left, with the reason in plain words. */
  closed: Promise<{ ended: DriverOutcome["ended"]; message: string }>;
}
