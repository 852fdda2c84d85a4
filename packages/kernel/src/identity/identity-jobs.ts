import { z } from "zod";
import type { Database } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";
import type { Mail } from "../notify/index.ts";
import type { BlobStore } from "../storage/index.ts";
import { exportJobs } from "./account/export-account.ts";
import type { PersonData } from "../person-data/index.ts";
import { mailJobs } from "./mails/mail-jobs.ts";
import { sweepIdentity } from "./sweep-identity.ts";

export interface IdentityJobDependencies {
  db: Database;
  /** null: the server cannot send e-mail. */
  mail: Mail | null;
  publicUrl: string;
  blobs: BlobStore;
  parts: PersonData[];
}

/** The background work of identity: e-mails, exports of accounts, the daily sweep. */
export function identityJobs({ db, mail, publicUrl, blobs, parts }: IdentityJobDependencies): Job[] {
  return [
    ...(mail === null ? [] : mailJobs({ db, mail, publicUrl })),
    ...exportJobs({ db, blobs, parts }),
    defineJob({
      name: "identity.sweep",
      payload: z.object({}),
      queue: "low",
      schedule: { cron: "23 3 * * *", payload: {} },
      handler: () => sweepIdentity(db, blobs),
    }),
  ];
}
