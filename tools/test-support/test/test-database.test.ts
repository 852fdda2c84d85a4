import pg from "pg";
import { expect, it } from "vitest";
import { createTestDatabase } from "../src/index.ts";

it("gives each test a migrated database of its own", async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  const tables = await client.query("SELECT 1 FROM information_schema.tables WHERE table_schema = 'kernel'");
  expect(tables.rowCount).toBeGreaterThan(0);
  expect(other.url).not.toBe(one.url);
  await client.end();
  await one.drop();
  await expect(new pg.Client({ connectionString: one.url }).connect()).rejects.toThrow("does not exist");
});
