import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { templateName } from "./template-name.ts";

export interface TestDatabase {
  url: string;
  /** Runs statements as the owner. */
  run(statements: string): Promise<void>;
  drop(): Promise<void>;
}

/**
 * A database of the test's own with all migrations done, and `drop`, which ends what is still connected and removes
 * it. What is not dropped goes with the PostgreSQL of the run.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const owner = inject("databaseUrl");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await run(owner, `CREATE DATABASE ${name} TEMPLATE ${templateName}`);
  const url = new URL(owner);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    run: (statements) => run(url.href, statements),
    drop: () => run(owner, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
