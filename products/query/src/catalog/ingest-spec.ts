import { z } from "zod";

/** The job that reads a schema; its handler is in ingest.ts. */
export const ingestSpec = {
  name: "query.ingest",
  payload: z.object({ connectionId: z.guid(), readingId: z.guid() }),
  queue: "normal",
  // What a database refuses is not tried again; these are for servers that end in the middle.
  maxAttempts: 3,
  timeoutSeconds: 900,
} as const;
