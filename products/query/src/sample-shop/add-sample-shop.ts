import { sampleShopName } from "@mindmesh/contracts/query/sample-shop";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { defineJob, type JobRun, type Jobs } from "@mindmesh/kernel/jobs";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { startReading } from "../catalog/start-reading.ts";
import type { SessionDependencies } from "../connections/open-session.ts";
import { connections } from "../schema.ts";
import { storeSampleShop } from "./store-sample-shop.ts";

export type SampleShopDependencies = Pick<SessionDependencies, "db" | "blobs" | "config"> & {
  jobs: Pick<Jobs, "enqueue" | "cancel">;
};

const sampleShopSpec = {
  name: "query.sample-shop",
  payload: z.object({}),
  queue: "normal",
  maxAttempts: 2,
  timeoutSeconds: 600,
} as const;

/**
 * Has the sample shop made and connected in the background.
 * @throws AppError not_allowed; already_exists when a connection of that name is there
 */
export async function addSampleShop(
  { db, jobs }: SampleShopDependencies,
  caller: MemberCaller,
  actor: Actor,
): Promise<{ jobId: string }> {
  requireRight(caller, "query.manage");
  const { workspaceId, personId } = caller;
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    if (await hasSampleShop(tx, workspaceId)) throw new AppError("already_exists", { message: thereAlready });
    await audit(tx, actor, {
      workspaceId,
      action: "connection.sample_asked",
      target: { kind: "workspace", id: workspaceId },
    });
    // Two clicks are one wish.
    const jobId = await jobs.enqueue(tx, sampleShopSpec, {}, { workspaceId, userId: personId, key: workspaceId });
    return { jobId };
  });
}

const thereAlready = `There is a connection called "${sampleShopName}" already.`;

async function hasSampleShop(
  tx: Parameters<Parameters<Database["withWorkspace"]>[1]>[0],
  workspaceId: string,
): Promise<boolean> {
  const [row] = await tx
    .select({ id: connections.id })
    .from(connections)
    .where(
      and(eq(connections.workspaceId, workspaceId), eq(sql`lower(${connections.name})`, sampleShopName.toLowerCase())),
    );
  return row !== undefined;
}

/** The job behind it. Run again after a crash it finds what is there and does nothing twice. */
export function sampleShopJob(dependencies: SampleShopDependencies) {
  return defineJob({
    ...sampleShopSpec,
    async handler({ workspaceId, userId, signal, progress }: JobRun<Record<string, never>>) {
      if (workspaceId === null) return;
      const { db } = dependencies;
      if (await db.withWorkspace({ workspaceId }, (tx) => hasSampleShop(tx, workspaceId))) return;
      await storeSampleShop(dependencies, {
        owner: { workspaceId, personId: userId },
        today: new Date().toISOString().slice(0, 10),
        signal,
        progress,
        connected: async (tx, row) =>
          void (await startReading(dependencies, tx, row, { cause: "created", personId: userId })),
      });
    },
  });
}
