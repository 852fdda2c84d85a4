import type { Logger } from "./logger.ts";

/** Where faults of ours are collected, beside the log. */
export interface ErrorReports {
  /** Reports a fault; `tags` such as the request id hold nothing personal. Never throws, never waits. */
  capture(error: unknown, tags?: Record<string, string>): void;
  /** Sends what is waiting and ends; gives up after two seconds. */
  close(): Promise<void>;
}

/** Sentry, or any server that takes its protocol, by its DSN; without one nothing of it is even loaded. */
export async function openErrorReports(settings: {
  dsn: string | undefined;
  release: string;
  log: Logger;
}): Promise<ErrorReports> {
  if (settings.dsn === undefined) return { capture: () => undefined, close: () => Promise.resolve() };
  const { startSentry } = await import("./sentry.ts");
  return startSentry({ ...settings, dsn: settings.dsn });
}
