import { readFileSync } from "node:fs";
import { createTestDatabase, skipUnless } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import { checkStatement } from "../../src/guard/check-statement.ts";
import type { GuardKnowledge } from "../../src/guard/guard.ts";
import { harmlessQueries } from "../guard/harmless-queries.ts";
import { createMariaDatabase } from "./mariadb.ts";
import { collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";

const tables = (engine: string) =>
  readFileSync(new URL(`../guard/harmless/${engine}-tables.sql`, import.meta.url), "utf8");

describe("a harmless query on PostgreSQL is run", () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let session: Session;
  beforeAll(async () => {
    database = await createTestDatabase();
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(tables("postgres"));
    await owner.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET search_path = shop, public`);
    await owner.end();
    session = await openTestSession(targetOf("postgres", database.url));
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });

  const knowledge: GuardKnowledge = { engine: "postgres", hidden: [], searchPath: ["shop", "public"], tables: [] };

  it.each(harmlessQueries("postgres"))("$name", async ({ sql }) => {
    const own = sql.replaceAll("postgres.shop.", `${new URL(database.url).pathname.slice(1)}.shop.`);
    const verdict = await checkStatement(own, knowledge, "read");
    if (!verdict.ok) throw new Error(verdict.refusal.reason);
    const count = Math.max(0, ...[...own.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)));
    const parameters = Array.from({ length: count }, () => null);
    expect((await collect(session, requestOf(verdict.statement, { parameters }))).end.stoppedBy).toBe(null);
  });
});

skipUnless("mariaDb")("a harmless query on MariaDB is not refused", () => {
  let database: Awaited<ReturnType<typeof createMariaDatabase>>;
  let session: Session;
  beforeAll(async () => {
    database = await createMariaDatabase();
    await database.admin.query(tables("mysql"));
    session = await openTestSession(targetOf("mysql", database.url));
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });

  // Some of them are written for MySQL 8 alone, which MariaDB tells by a mistake; refused is none.
  it.each(harmlessQueries("mysql"))("$name", async ({ sql }) => {
    const outcome = await collect(session, requestOf(forged("mysql", sql))).catch((error: unknown) => error);
    expect(outcome).not.toMatchObject({ kind: "refused" });
  });
});
