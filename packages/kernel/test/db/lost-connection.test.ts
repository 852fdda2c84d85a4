import { openDatabase } from "@mindmesh/kernel/db";
import { createTestDatabase } from "@mindmesh/test-support";
import { expect, test } from "vitest";

test("a transaction whose connection is lost between two statements says that the database is unavailable", async () => {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const work = db.system(async ({ client }) => {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const lost = new Promise<void>((resolve) => client.once("end", resolve));
    await database.run(`SELECT pg_terminate_backend(${rows[0]?.pid})`);
    await lost;
    await client.query("SELECT 1");
  });
  await expect(work).rejects.toMatchObject({ code: "unavailable" });
  await expect(db.system(({ client }) => client.query("SELECT 1"))).resolves.toMatchObject({ rowCount: 1 });
  await db.close();
  await database.drop();
});
