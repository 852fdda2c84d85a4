import { openDatabase } from "@mindmesh/kernel/db";
import { createTestDatabase } from "@mindmesh/test-support";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";

type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>;
let primary: TestDatabase;
let replica: TestDatabase;
beforeAll(async () => {
  [primary, replica] = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(() => Promise.all([primary.drop(), replica.drop()]));

const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1);
const tenant = { workspaceId: crypto.randomUUID() };

/** Which database answers a reading that may be a moment old, and one that may not. */
async function whoAnswers(replicaUrls: string[]) {
  const faults: Error[] = [];
  const db = openDatabase({ url: primary.url, replicaUrls, onConnectionError: (error) => faults.push(error) });
  const ask = async (readOnly: boolean) => {
    const { rows } = await db.withWorkspace(
      tenant,
      (tx) => tx.execute<{ name: string }>(sql`SELECT current_database() AS name`),
      { readOnly },
    );
    return rows[0]?.name;
  };
  try {
    return { old: await ask(true), fresh: await ask(false), again: await ask(true), faults };
  } finally {
    await db.close();
  }
}

it("reads what may be a moment old from the replicas in turn, and everything else from the primary", async () => {
  const [one, two] = [nameOf(replica), nameOf(primary)];
  expect(await whoAnswers([replica.url, primary.url])).toEqual({ old: one, fresh: two, again: two, faults: [] });
});

it("reads from the primary while a replica cannot be reached, and says so", async () => {
  const gone = new URL(replica.url);
  gone.port = "1";
  gone.hostname = "127.0.0.1";
  const name = nameOf(primary);
  const { faults, ...answers } = await whoAnswers([gone.href]);
  expect(answers).toEqual({ old: name, fresh: name, again: name });
  expect(faults.map(({ message }) => message)).toEqual([
    expect.stringContaining("ECONNREFUSED"),
    expect.stringContaining("ECONNREFUSED"),
  ]);
});

it("lets nothing be written in such a reading", async () => {
  const db = openDatabase({ url: primary.url, replicaUrls: [replica.url] });
  const writing = db.withWorkspace(tenant, (tx) => tx.execute(sql`CREATE TABLE IF NOT EXISTS public.x ()`), {
    readOnly: true,
  });
  await expect(writing).rejects.toMatchObject({ cause: { code: "25006" } });
  await db.close();
});
