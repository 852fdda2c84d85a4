import { createTestDatabase } from "@mindmesh/test-support";
import { PgTable, getTableConfig } from "drizzle-orm/pg-core";
import pg from "pg";
import { expect, test } from "vitest";
import * as schema from "../src/schema.ts";

/** Filled by PostgreSQL itself and read by its search function only. */
const generated = new Set(["words"]);

test("the tables that the code knows have the columns that the migrations make, with the same types", async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const table of Object.values(schema).filter((each) => each instanceof PgTable)) {
      const { name, schema: owner, columns } = getTableConfig(table);
      const { rows } = await client.query<{ name: string; type: string; required: boolean }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required FROM pg_attribute
         WHERE attrelid = ($1 || '.' || $2)::regclass AND attnum > 0 AND NOT attisdropped`,
        [owner, name],
      );
      const known = columns.map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        required: column.notNull || column.primary,
      }));
      const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);
      expect(known.toSorted(byName), name).toEqual(rows.filter((row) => !generated.has(row.name)).toSorted(byName));
    }
  } finally {
    await client.end();
    await database.drop();
  }
});
