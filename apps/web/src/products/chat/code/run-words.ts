import type { CodeRun } from "@mindmesh/contracts/runs";

/** Number and unit stay on one line. */
const space = "\u00A0";

const seconds = (milliseconds: number) =>
  milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)}${space}s` : longTime(Math.round(milliseconds / 1000));

function longTime(whole: number) {
  if (whole < 60) return `${whole}${space}s`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? "" : ` ${rest}${space}s`}`;
}

const megabytes = (bytes: number) => `${Math.max(1, Math.round(bytes / 1024 ** 2)).toLocaleString()}${space}MB`;

/** How a run stands, in plain words. `now` is in milliseconds since 1970. */
export function stateInWords(run: CodeRun, now: number): string {
  switch (run.status) {
    case "queued":
      return run.queuePosition === null ? "Waiting to begin" : `Waiting, place ${run.queuePosition} in the queue`;
    case "running": {
      // Another clock than the server's may be a little behind.
      const elapsed = Math.max(0, now - Date.parse(run.startedAt ?? run.createdAt));
      return `Running for ${longTime(Math.floor(elapsed / 1000))}`;
    }
    case "finished":
      return run.usage ? `Finished in ${seconds(run.usage.wallMs)}` : "Finished";
    case "cancelled":
      return run.usage ? `Stopped after ${seconds(run.usage.wallMs)}` : "Stopped";
    case "failed":
    case "lost":
      return run.message ?? (run.exitCode === null ? "It did not finish" : `Ended with exit code ${run.exitCode}`);
  }
}

/** What of a run could not be kept, where its state alone does not say so: files, figures, the working directory. */
export function notesOf({ status, message }: CodeRun): string[] {
  if (status !== "finished" && status !== "cancelled") return [];
  return (message ?? "").split("\n").slice(1);
}

/** What a run has used, once that is known. */
export function usageInWords({ usage, driver }: CodeRun): string | null {
  if (!usage) return null;
  const parts = [`${seconds(usage.cpuMs)} CPU`];
  if (usage.peakMemoryBytes > 0) parts.push(megabytes(usage.peakMemoryBytes));
  if (driver !== null) parts.push(driver);
  return parts.join(" · ");
}
