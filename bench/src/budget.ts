import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGateway } from "@mindmesh/kernel/ai";
import { type Database, kernelMigrations, migrate, openDatabase, startEmbeddedPostgres } from "@mindmesh/kernel/db";
import { openOutbound } from "@mindmesh/kernel/outbound";
import { openSecrets } from "@mindmesh/kernel/secrets";
import { startModelServer } from "@mindmesh/model-server";
import { v7 as uuidv7 } from "uuid";
import { inParallel, spread } from "./figures.ts";
import { nativePostgresFolder } from "./running-server.ts";

const callsAtOnce = 500;
const paidFor = 100;

interface Place {
  db: Database;
  url: string;
  modelUrl: string;
}

/**
 * 500 calls at once on a budget for 100, on one server and on two processes: throws when more is spent than the budget.
 * Then what a budget adds to a call, and the usage report over a million calls.
 */
export async function budget(): Promise<void> {
  for (const postgres of nativePostgresFolder() === null
    ? (["embedded"] as const)
    : (["embedded", "native"] as const)) {
    await onPostgres(postgres, async (place) => {
      for (const servers of [1, 2]) await race(postgres, place, servers);
      for (const width of [1, 20]) await addedTime(postgres, place, width);
      if (postgres === "embedded") await reportOverMillion(postgres, place.db);
    });
  }
}

async function onPostgres(postgres: "embedded" | "native", work: (place: Place) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-bench-"));
  await chmod(folder, 0o711);
  const binaryFolder = postgres === "native" ? nativePostgresFolder() : null;
  const cluster = await startEmbeddedPostgres({
    dataDirectory: folder,
    log: { info: () => undefined, warn: (message) => console.warn(message) },
    ...(binaryFolder !== null && { binaryFolder }),
  });
  const models = await startModelServer();
  models.setBehaviour({ chunks: 1, usage: { input: 20, output: 1000 } });
  await migrate(cluster.connectionString, [kernelMigrations]);
  const db = openDatabase({ url: cluster.connectionString });
  try {
    await work({ db, url: cluster.connectionString, modelUrl: models.url });
  } finally {
    await db.close();
    await models.close();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A workspace in which a call costs a cent, with budgets of these dollars a month. */
async function workspaceWith(db: Database, budgets: { kind: string; dollars: number }[]) {
  const tenant = { workspaceId: uuidv7(), userId: uuidv7() };
  await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Bench')", [tenant.workspaceId]);
  await db.pool.query("INSERT INTO kernel.people (id, email, name) VALUES ($1, $2, 'Bench')", [
    tenant.userId,
    `${tenant.userId}@example.org`,
  ]);
  await db.pool.query(
    `INSERT INTO kernel.model_prices (workspace_id, id, pattern, from_day, input_per_million, output_per_million, created_at, updated_at)
     VALUES ($1, $2, 'openai/priced', '2020-01-01', 0, 10, now(), now())`,
    [tenant.workspaceId, uuidv7()],
  );
  for (const { kind, dollars } of budgets) {
    await db.pool.query(
      `INSERT INTO kernel.budgets (workspace_id, id, kind, period, limit_nano, warn_percent, own_keys, unknown_prices, created_at, updated_at)
       VALUES ($1, $2, $3, 'month', $4, 80, false, 'refuse', now(), now())`,
      [tenant.workspaceId, uuidv7(), kind, dollars * 1e9],
    );
  }
  return tenant;
}

async function race(postgres: string, { db, url, modelUrl }: Place, servers: number): Promise<void> {
  const { workspaceId, userId } = await workspaceWith(db, [{ kind: "workspace", dollars: paidFor / 100 }]);
  const args = [url, modelUrl, workspaceId, userId, String(callsAtOnce / servers)];
  const children = await Promise.all(
    Array.from({ length: servers }, async () => {
      const child = fork(join(import.meta.dirname, "budget-caller.ts"), args);
      await once(child, "message");
      return child;
    }),
  );
  const start = performance.now();
  const ends = await Promise.all(children.map(endOf));
  const seconds = (performance.now() - start) / 1000;
  const answered = ends.reduce((sum, end) => sum + end.answered, 0);
  const refused = ends.reduce((sum, end) => sum + end.refused, 0);
  const { rows } = await db.pool.query<{ spent: number; reserved: number; cost: number }>(
    `SELECT m.spent_nano / 1e9::float8 AS spent, m.reserved_nano / 1e9::float8 AS reserved,
       (SELECT sum(cost_usd) FROM kernel.model_calls c WHERE c.workspace_id = m.workspace_id) AS cost
     FROM kernel.budget_meters m WHERE m.workspace_id = $1`,
    [workspaceId],
  );
  const { spent = Number.NaN, reserved = Number.NaN, cost = Number.NaN } = rows[0] ?? {};
  console.log(
    `${postgres}, ${servers} server(s): ${callsAtOnce} calls at once on a budget for ${paidFor}: ${answered} answered, ${refused} refused, ` +
      `${spent} of ${paidFor / 100} dollars spent, ${reserved} still reserved, in ${seconds.toFixed(2)} s`,
  );
  const isRight =
    spent <= paidFor / 100 && cost <= paidFor / 100 + 1e-9 && answered + refused === callsAtOnce && reserved === 0;
  if (!isRight) throw new Error(`the budget was overrun or calls were lost: the calls cost ${cost} dollars`);
}

async function endOf(child: ChildProcess): Promise<{ answered: number; refused: number }> {
  const ended = once(child, "message");
  const exited = once(child, "exit");
  child.send("go");
  const [end] = (await Promise.race([
    ended,
    exited.then(([code]) => {
      throw new Error(`a server of the bench ended with ${code}`);
    }),
  ])) as [{ answered: number; refused: number }];
  await exited;
  return end;
}

/** The time of whole calls, so many at once, without budgets and with one and three. */
async function addedTime(postgres: string, { db, modelUrl }: Place, width: number): Promise<void> {
  const outbound = openOutbound();
  const gateway = openGateway({
    db,
    outbound,
    secrets: openSecrets(["a master key that is only for benches"]),
    settings: { OPENAI_API_KEY: "sk-bench", OPENAI_BASE_URL: `${modelUrl}/v1`, OLLAMA_BASE_URL: "http://127.0.0.1:1" },
    onError: (error) => console.error(error),
  });
  const ways = {
    "no budget": [],
    "a budget of the workspace": ["workspace"],
    "budgets of workspace, person, product": ["workspace", "person", "product"],
  };
  const tenants = await Promise.all(
    Object.entries(ways).map(async ([name, kinds]) => ({
      name,
      tenant: await workspaceWith(
        db,
        kinds.map((kind) => ({ kind, dollars: 100_000 })),
      ),
      times: [] as number[],
    })),
  );
  const messages = [{ role: "user" as const, content: "Hello" }];
  // Turn by turn, so that whatever else the machine does meets all ways alike.
  for (let round = 0; round < 11; round += 1) {
    for (const { tenant, times } of tenants) {
      await inParallel(Array.from({ length: 100 }), width, async () => {
        const start = performance.now();
        const request = { ...tenant, product: "bench", model: "openai/priced", messages, maxOutputTokens: 1000 };
        for await (const _ of gateway.stream(request));
        if (round > 0) times.push(performance.now() - start);
      });
    }
  }
  for (const { name, times } of tenants) console.log(`${postgres}, ${width} at once, ${name}: ${spread(times)} a call`);
  await gateway.close();
  await outbound.close();
}

/** A million calls of 50 people with 6 models in 2 products within 90 days; the report of 30 days and of all 90. */
async function reportOverMillion(postgres: string, db: Database): Promise<void> {
  const { workspaceId } = await workspaceWith(db, []);
  const people = Array.from({ length: 50 }, () => uuidv7());
  await db.pool.query(
    "INSERT INTO kernel.people (id, email, name) SELECT p, p || '@example.org', 'P' FROM unnest($1::uuid[]) AS p",
    [people],
  );
  const start = performance.now();
  for (let part = 0; part < 10; part += 1) {
    await db.pool.query(
      `INSERT INTO kernel.model_calls (workspace_id, id, user_id, product, provider, model, key_source, status, input_tokens, output_tokens, cost_usd, started_at)
       SELECT $1, gen_random_uuid(), ($2::uuid[])[1 + n % 50], CASE WHEN n % 3 = 0 THEN 'api' ELSE 'chat' END, 'openai', 'model-' || n % 6,
         'server', 'done', 1000, 100, 0.01, now() - make_interval(mins => (n * 7919) % 129600)
       FROM generate_series(1, 100000) AS n`,
      [workspaceId, people],
    );
  }
  const filled = (performance.now() - start) / 1000;
  await db.pool.query("VACUUM ANALYZE kernel.model_calls, kernel.usage_days");
  const { rows } = await db.pool.query<{ n: string }>(
    "SELECT count(*) AS n FROM kernel.usage_days WHERE workspace_id = $1",
    [workspaceId],
  );
  console.log(
    `${postgres}: a million ended calls are ${rows[0]?.n} rows of daily sums; written in ${filled.toFixed(0)} s`,
  );
  const sums = `sum(calls) AS calls, sum(cost_usd) AS cost FROM kernel.usage_days WHERE workspace_id = $1 AND day > current_date - $2::int`;
  const direct = `count(*) AS calls, sum(cost_usd) AS cost FROM kernel.model_calls WHERE workspace_id = $1 AND started_at > now() - make_interval(days => $2)`;
  for (const days of [30, 90]) {
    for (const [name, from, date] of [
      ["daily sums", sums, "day"],
      ["the calls themselves", direct, "started_at::date"],
    ] as const) {
      const times: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const began = performance.now();
        await db.pool.query(
          `SELECT ${date} AS day, user_id, product, model, ${from} GROUP BY GROUPING SETS ((${date}), (user_id), (product), (model), ())`,
          [workspaceId, days],
        );
        times.push(performance.now() - began);
      }
      console.log(`${postgres}: usage of ${days} days from ${name}: ${spread(times)}`);
    }
  }
}
