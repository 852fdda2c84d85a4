import type { Schedule } from "@mindmesh/contracts/query/dashboards";
import { AppError } from "@mindmesh/kernel/errors";
import { CronExpressionParser } from "cron-parser";

/** Seconds between two runs of a schedule at the least: what asks a database more often is a monitoring system's work. */
const leastSeconds = 300;

/**
 * When a schedule is next due after a moment, as ISO 8601 text.
 * @throws AppError invalid_fields for what is no cron expression of five fields, no time zone, or due more often than every five minutes
 */
export function nextTime({ cron, timezone }: Schedule, after: Date, field = "schedule"): string {
  const wrong = (message: string) => new AppError("invalid_fields", { fields: { [field]: message } });
  if (cron.split(/\s+/).length !== 5) {
    throw wrong("Must have five fields: minute, hour, day of the month, month, day of the week, such as 0 8 * * 1.");
  }
  const next = (from: Date) => {
    try {
      return CronExpressionParser.parse(cron, { tz: timezone, currentDate: from }).next().toDate();
    } catch (error) {
      throw wrong(`Is no schedule: ${error instanceof Error ? error.message : "it could not be read"}.`);
    }
  };
  const first = next(after);
  if (next(first).getTime() - first.getTime() < leastSeconds * 1000)
    throw wrong("Must leave at least five minutes between two times.");
  return first.toISOString();
}
