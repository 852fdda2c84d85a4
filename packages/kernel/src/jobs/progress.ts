import type { JobsContext } from "./context.ts";

/** Milliseconds between two writes of one job's progress. */
const interval = 500;

/** Collects a handler's reports and writes the newest one, at most twice a second and once more at the end. */
export function openProgress(context: JobsContext, jobId: string) {
  let latest: { share: number; text: string | null } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  function write(): void {
    timer = undefined;
    const report = latest;
    if (!report) return;
    latest = undefined;
    writing = writing
      .then(() =>
        context.db.pool.query({
          name: "jobs.progress",
          text: "UPDATE kernel.jobs SET progress = $2, progress_text = $3 WHERE id = $1",
          values: [jobId, report.share, report.text],
        }),
      )
      .then(
        () => undefined,
        // The work matters more than its display.
        context.onError,
      );
  }

  return {
    report(share: number, text?: string): void {
      const bounded = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
      latest = { share: bounded, text: text?.replaceAll("\u0000", "").slice(0, 500) ?? null };
      timer ??= setTimeout(write, interval);
    },
    async close(): Promise<void> {
      clearTimeout(timer);
      write();
      await writing;
    },
  };
}
