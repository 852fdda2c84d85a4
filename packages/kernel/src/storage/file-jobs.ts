import { z } from "zod";
import type { Transaction } from "../db/index.ts";
import { type Job, type Jobs, defineJob } from "../jobs/index.ts";
import { processFile } from "./process-file.ts";
import type { ProcessDependencies } from "./process-file.ts";
import { sweepFiles } from "./sweep-files.ts";

export type FileJobs = {
  definitions: Job[];
  /** Has text and thumbnail of an upload made, once the transaction is committed. */
  enqueueProcessing(tx: Transaction, file: { workspaceId: string; fileId: string }): Promise<string>;
};

/** The jobs behind files: reading what was uploaded, and cleaning up. */
export function fileJobs(dependencies: ProcessDependencies & { jobs: Pick<Jobs, "enqueue"> }): FileJobs {
  const process = defineJob({
    name: "files.process",
    payload: z.object({ fileId: z.guid() }),
    queue: "high",
    timeoutSeconds: 300,
    handler: async ({ workspaceId, payload, signal }) => {
      if (workspaceId !== null) await processFile(dependencies, { workspaceId, id: payload.fileId }, signal);
    },
  });
  const enqueueProcessing: FileJobs["enqueueProcessing"] = (tx, { workspaceId, fileId }) =>
    dependencies.jobs.enqueue(tx, process, { fileId }, { workspaceId, key: fileId });
  const sweep = defineJob({
    name: "files.sweep",
    payload: z.object({}),
    queue: "low",
    timeoutSeconds: 3600,
    schedule: { cron: "17 */6 * * *", payload: {} },
    handler: () => sweepFiles({ ...dependencies, enqueueProcessing }),
  });
  return { definitions: [process, sweep], enqueueProcessing };
}
