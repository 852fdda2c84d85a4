import type { ClientBase } from "pg";

/** What the measured handlers do. `sentAt` is epoch milliseconds with a fraction, read just before the insert. */
export type BenchPayload = {
  kind: "short" | "long" | "fail" | "tick";
  label: string;
  sentAt: number;
};

export type EnqueueSettings = { urgency?: "high" | "normal" | "low"; maxAttempts?: number };

/** The sending side, used by the measuring process. */
export type Sender = {
  /** Enqueues on the caller's connection, inside whatever transaction it has open. */
  enqueue(client: ClientBase, payload: BenchPayload, settings?: EnqueueSettings): Promise<string>;
  enqueueMany(client: ClientBase, payloads: BenchPayload[]): Promise<void>;
  cancel(id: string): Promise<void>;
  /** Jobs waiting or running. */
  remaining(client: ClientBase): Promise<number>;
  /** Jobs that used up their attempts and are kept for a person to look at. */
  deadLetters(client: ClientBase): Promise<number>;
  /** Registers a job every minute; only for libraries that keep schedules in the database. */
  scheduleEveryMinute(): Promise<void>;
  close(): Promise<void>;
};

export type WorkerSettings = {
  databaseUrl: string;
  concurrency: number;
  /** Jobs taken per statement; 1 is the setting with the best latency. */
  batch: number;
  /** Also creates the job of the every-minute schedule. */
  cron: boolean;
  handle(payload: BenchPayload, signal: AbortSignal): Promise<void>;
};

export type Library = {
  name: string;
  openSender(databaseUrl: string): Promise<Sender>;
  startWorker(settings: WorkerSettings): Promise<() => Promise<void>>;
};

export const RECOVERY = { heartbeatSeconds: 10, sweepSeconds: 5 };

/** Epoch milliseconds with a fraction; comparable between processes of one machine. */
export const now = () => performance.timeOrigin + performance.now();
