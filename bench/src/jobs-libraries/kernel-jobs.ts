import { kernelMigrations, migrate, openDatabase, type Transaction } from "@mindmesh/kernel/db";
import { defineJob, openJobs } from "@mindmesh/kernel/jobs";
import { openNotifications } from "@mindmesh/kernel/realtime";
import { drizzle } from "drizzle-orm/node-postgres";
import type { ClientBase } from "pg";
import { z } from "zod";
import type { BenchPayload, Library, Sender, WorkerSettings } from "./library.ts";

// What the program itself uses, measured by the same rules as the libraries.
const payload = z.object({ kind: z.enum(["short", "long", "fail", "tick"]), label: z.string(), sentAt: z.number() });
const queues = ["high", "normal", "low"] as const;
const specOf = (queue: (typeof queues)[number]) => ({ name: `bench.${queue}`, payload, queue, timeoutSeconds: 7200 });
const specs = { high: specOf("high"), normal: specOf("normal"), low: specOf("low") };
const onError = (error: unknown) => {
  // Failing jobs are part of the measure.
  if (!(error instanceof Error && error.message.startsWith("job bench."))) console.error("kernel/jobs:", error);
};

async function open(databaseUrl: string, role: "api" | "worker", slots: number) {
  await migrate(databaseUrl, [kernelMigrations]);
  const db = openDatabase({ url: databaseUrl, maxConnections: 10 });
  const notifications = await openNotifications(databaseUrl, onError);
  const jobs = await openJobs({ db, notifications, role, onError, slots: { high: slots, normal: slots, low: slots } });
  return { db, notifications, jobs };
}

async function openSender(databaseUrl: string): Promise<Sender> {
  const { db, notifications, jobs } = await open(databaseUrl, "api", 1);
  const wrapped = new WeakMap<ClientBase, Transaction>();
  const asTransaction = (client: ClientBase) => {
    const known = wrapped.get(client);
    if (known) return known;
    const made = Object.assign(drizzle(client as never), { client, tenant: null }) as unknown as Transaction;
    wrapped.set(client, made);
    return made;
  };
  return {
    enqueue: (client, data, { urgency = "normal", maxAttempts = 3 } = {}) =>
      jobs.enqueue(
        asTransaction(client),
        { ...specs[urgency], maxAttempts, backoff: { firstSeconds: 1, maxSeconds: 60 } },
        data,
        { workspaceId: null },
      ),
    async enqueueMany(_client, payloads) {
      await db.system(async (tx) => {
        for (const data of payloads) await jobs.enqueue(tx, specs.normal, data, { workspaceId: null });
      });
    },
    async cancel(id) {
      await db.system((tx) => jobs.cancel(tx, id, null));
    },
    async remaining(client) {
      const { rows } = await client.query("select count(*)::int as n from pgboss.job where state < 'completed'");
      return rows[0].n;
    },
    async deadLetters(client) {
      const { rows } = await client.query("select count(*)::int as n from pgboss.job where state = 'failed'");
      return rows[0].n;
    },
    scheduleEveryMinute: async () => undefined,
    async close() {
      await jobs.stop(0);
      await notifications.close();
      await db.close();
    },
  };
}

async function startWorker(settings: WorkerSettings) {
  const slots = settings.batch > 1 ? settings.batch * 4 : settings.concurrency;
  const { db, notifications, jobs } = await open(settings.databaseUrl, "worker", slots);
  const handler = ({ payload: data, signal }: { payload: BenchPayload; signal: AbortSignal }) =>
    settings.handle(data, signal);
  await jobs.start([
    ...queues.map((queue) => defineJob({ ...specs[queue], handler })),
    ...(settings.cron
      ? [
          defineJob({
            ...specs.high,
            name: "bench.tick",
            schedule: { cron: "* * * * *", payload: { kind: "tick", label: "cron", sentAt: 0 } },
            handler,
          }),
        ]
      : []),
  ]);
  return async () => {
    await jobs.stop(10_000);
    await notifications.close();
    await db.close();
  };
}

export const kernelJobs: Library = { name: "kernel/jobs", openSender, startWorker };
