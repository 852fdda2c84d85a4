import type { ErrorReports } from "./error-reports.ts";
import type { Logger } from "./logger.ts";

/** Longest time for a stop after a fault that nobody caught. */
const stopMilliseconds = 20_000;

/**
 * After an error that nobody caught the state of the process is unknown: it is logged and reported, the server stops as
 * it would by a signal, and the process ends with 1 so that whoever started it starts it anew.
 */
export function endOnFatalErrors({
  log,
  reports,
  stop,
}: {
  log: Logger;
  reports: ErrorReports;
  stop: () => Promise<void>;
}): void {
  let ending = false;
  const end = (error: unknown, what: string) => {
    log.fatal({ err: error }, what);
    if (ending) return;
    ending = true;
    reports.capture(error, { kind: what });
    const deadline = setTimeout(() => process.exit(1), stopMilliseconds);
    deadline.unref();
    void stop()
      .catch((failure) => log.fatal({ err: failure }, "the stop failed too"))
      .then(() => reports.close())
      .finally(() => process.exit(1));
  };
  process.on("uncaughtException", (error) => end(error, "uncaught exception"));
  process.on("unhandledRejection", (reason) => end(reason, "unhandled rejection"));
}
