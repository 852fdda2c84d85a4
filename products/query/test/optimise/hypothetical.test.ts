import { randomBytes } from "node:crypto";
import { skipUnless } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import { forged, openTestSession, requestOf, targetOf } from "../engines/sessions.ts";

skipUnless("hypopg")("an index that is not there, by HypoPG", () => {
  const name = `hypothetical_${randomBytes(6).toString("hex")}`;
  let root: pg.Client;
  let owner: pg.Client;
  let address: string;
  let session: Session;
  beforeAll(async () => {
    const url = new URL(inject("hypopgUrl") ?? "");
    root = new pg.Client({ connectionString: url.href });
    await root.connect();
    await root.query(`CREATE DATABASE ${name}`);
    url.pathname = `/${name}`;
    address = url.href;
    owner = new pg.Client({ connectionString: address });
    await owner.connect();
    await owner.query(`
      CREATE TABLE visits (id bigint PRIMARY KEY, code text NOT NULL, seen_at timestamptz NOT NULL);
      INSERT INTO visits SELECT i, (i % 5000)::text, '2026-01-01'::timestamptz + i * interval '1 min' FROM generate_series(1, 50000) i;
      ANALYZE visits`);
    session = await openTestSession(targetOf("postgres", address));
  });
  afterAll(async () => {
    await session.close();
    await owner.end();
    await root.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await root.end();
  });

  const sql = "SELECT seen_at FROM visits WHERE code = '17'";
  const indexes = ["CREATE INDEX ON public.visits (code)"];
  const planned = () => session.planWith?.({ ...requestOf(forged("postgres", sql)), indexes });
  const asItIs = () => session.plan({ ...requestOf(forged("postgres", sql)), analyze: false });

  it("is not spoken of where the extension is not installed", async () => {
    expect(await planned()).toBeNull();
  });

  it("is planned with as if it were there, agrees with the real one, and leaves nothing behind", async () => {
    await owner.query("CREATE SCHEMA tools; CREATE EXTENSION hypopg SCHEMA tools");
    const before = await asItIs();
    const plan = await planned();
    expect(JSON.stringify(plan)).toMatch(/Index|Bitmap/);
    expect(plan?.totalCost).toBeLessThan((before.totalCost ?? 0) / 10);
    // The same login, right after.
    expect(await asItIs()).toEqual(before);
    expect((await owner.query("SELECT FROM pg_indexes WHERE tablename = 'visits'")).rows).toHaveLength(1);
    await owner.query("CREATE INDEX visits_code ON visits (code)");
    const real = (await asItIs()).totalCost ?? 0;
    expect(Math.abs((plan?.totalCost ?? 0) - real)).toBeLessThan(real * 0.1);
    await owner.query("DROP INDEX visits_code");
  });

  it("is planned for under the walls of any statement", async () => {
    const request = { ...requestOf(forged("postgres", "SELECT pg_terminate_backend(1)")), indexes };
    await expect(session.planWith?.(request)).rejects.toMatchObject({ kind: "refused" });
    const writing = { ...requestOf(forged("postgres", sql)), indexes: ["DROP TABLE visits"] };
    await session.planWith?.(writing).catch(() => null);
    expect((await owner.query("SELECT count(*)::int AS n FROM visits")).rows).toEqual([{ n: 50_000 }]);
  });

  it("is not planned with where the login may not use the extension", async () => {
    await owner.query(`CREATE ROLE ${name}_reader LOGIN PASSWORD 'reader'; GRANT SELECT ON visits TO ${name}_reader`);
    const url = new URL(address);
    url.username = `${name}_reader`;
    url.password = "reader";
    const reader = await openTestSession(targetOf("postgres", url.href));
    expect(await reader.planWith?.({ ...requestOf(forged("postgres", sql)), indexes })).toBeNull();
    await reader.close();
    await owner.query(`DROP OWNED BY ${name}_reader; DROP ROLE ${name}_reader`);
  });
});
