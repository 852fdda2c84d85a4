import { z } from "zod";

/** The job that writes made-up rows; its handler is in run-job.ts. Tried once: rows must not go in twice. */
export const mockRunSpec = {
  name: "query.mock-data",
  payload: z.object({ connectionId: z.guid(), runId: z.guid() }),
  queue: "normal",
  maxAttempts: 1,
  timeoutSeconds: 3_600,
} as const;
