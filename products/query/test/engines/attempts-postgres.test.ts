import { createTestDatabase } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StatementFailure, type Session } from "../../src/engines/engine.ts";
import { checkStatement } from "../../src/guard/check-statement.ts";
import type { CheckedStatement, GuardKnowledge } from "../../src/guard/guard.ts";
import type { Attempt } from "../guard/attempt.ts";
import { attemptGroundsOnPostgres, attemptsOnPostgres } from "../guard/attempts-postgres.ts";
import { type Collected, collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owner: pg.Client;
let session: Session;
const target = () => targetOf("postgres", database.url);

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(attemptGroundsOnPostgres);
  await owner.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET search_path = public, attempt`);
  // A superuser that owns everything: what is kept out is kept out by the walls and by no right that is missing.
  session = await openTestSession(target());
});
afterAll(async () => {
  await session.close();
  await owner.end();
  await database.drop();
});

/** Everything in the database and around it that an attempt could leave behind. */
async function state(): Promise<unknown> {
  const { rows } = await owner.query(`
    SELECT (SELECT count(*) FROM attempt.touched) AS touched, (SELECT last_value FROM attempt.numbers) AS last_value,
      (SELECT is_called FROM attempt.numbers) AS called, (SELECT json_agg(c ORDER BY id) FROM attempt.customers c) AS customers,
      (SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text !~ '^pg_toast|^pg_temp') AS relations, (SELECT count(*) FROM pg_proc) AS functions,
      (SELECT count(*) FROM pg_roles) AS roles, (SELECT count(*) FROM pg_extension) AS extensions, (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects,
      (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS advisory_locks, (SELECT count(*) FROM pg_replication_slots) AS slots,
      (SELECT count(*) FROM pg_publication) AS publications, (SELECT json_agg(s ORDER BY name) FROM (SELECT name, setting FROM pg_settings WHERE name IN
        ('default_transaction_read_only', 'log_statement', 'work_mem', 'archive_command', 'shared_preload_libraries')) s) AS settings,
      (SELECT pg_conf_load_time()) AS loaded, (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()) AS stats_reset,
      (SELECT json_agg(relacl::text ORDER BY oid) FROM pg_class WHERE relnamespace = 'attempt'::regnamespace) AS rights`);
  return rows[0];
}

const limits = { seconds: 1, rows: 100, bytes: 1_000_000 };

async function attempt(statement: CheckedStatement): Promise<unknown> {
  if (await isGone()) session = await openTestSession(target());
  return collect(session, requestOf(statement, { limits })).catch((error: unknown) => error);
}

async function isGone(): Promise<boolean> {
  return collect(session, requestOf(forged("postgres", "SELECT 1"))).then(
    () => false,
    () => true,
  );
}

/** Which wall was the first to stop it. */
async function firstWall(sql: string): Promise<Attempt["caughtBy"] | null> {
  const knowledge: GuardKnowledge = { engine: "postgres", hidden: [], searchPath: ["attempt"], tables: [] };
  const verdict = await checkStatement(sql, knowledge, "read");
  if (!verdict.ok) return "guard";
  const outcome = await attempt(verdict.statement);
  if (outcome instanceof StatementFailure && outcome.kind === "refused") return "second look";
  return isBounded(outcome) ? "session" : null;
}

describe("an attempt to do more than read in PostgreSQL, by a superuser", () => {
  it.each(attemptsOnPostgres)("$name: has no effect where the guard has looked", async ({ sql, caughtBy }) => {
    const before = await state();
    expect(await firstWall(sql)).toBe(caughtBy);
    expect(await state()).toEqual(before);
  });

  it.each(attemptsOnPostgres)("$name: has no effect where somebody got past the guard", async ({ sql }) => {
    const before = await state();
    expect(await attempt(forged("postgres", sql))).toSatisfy(isBounded);
    expect(await state()).toEqual(before);
  });

  it("leaves nothing at work in the database", async () => {
    const atWork = async () => {
      const { rows } = await owner.query<{ count: string }>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
      );
      return rows[0]?.count;
    };
    await expect.poll(atWork, { timeout: 20_000 }).toBe("0");
  });
});

/** It failed, or came to an end within its limits. */
const isBounded = (outcome: unknown) =>
  outcome instanceof StatementFailure || (outcome as Collected).end.rows <= limits.rows;
