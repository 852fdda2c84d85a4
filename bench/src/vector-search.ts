// Exact search over a collection of vectors in memory: the first question (all is read), others, and one after a change.
//   DATABASE_URL=postgres://user@host/db node bench/src/vector-search.ts
import { kernelMigrations, migrate, openDatabase } from "@mindmesh/kernel/db";
import { openVectorIndex, putVectors } from "@mindmesh/kernel/vectors";
import { v7 as uuidv7 } from "uuid";

const sizes: [count: number, dimensions: number][] = [
  [10_000, 768],
  [10_000, 1536],
  [50_000, 1536],
];

const url = process.env.DATABASE_URL;
if (url === undefined) throw new Error("DATABASE_URL is missing");
await migrate(url, [kernelMigrations]);
const db = openDatabase({ url });

function randomDirection(dimensions: number): Float32Array {
  const values = Float32Array.from({ length: dimensions }, () => Math.random() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

async function milliseconds(work: () => Promise<unknown>, times = 1): Promise<string> {
  const from = performance.now();
  for (let time = 0; time < times; time += 1) await work();
  return `${((performance.now() - from) / times).toFixed(1)} ms`;
}

for (const [count, dimensions] of sizes) {
  const workspaceId = uuidv7();
  await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Bench')", [workspaceId]);
  const model = "bench/vectors";
  const put = (more: number) =>
    db.withWorkspace({ workspaceId }, (tx) => {
      const items = Array.from({ length: more }, () => ({ id: uuidv7(), vector: randomDirection(dimensions) }));
      return putVectors(tx, workspaceId, "all", model, items);
    });
  for (let at = 0; at < count - 10; at += 1000) await put(Math.min(1000, count - 10 - at));
  const index = openVectorIndex({ db });
  const vector = randomDirection(dimensions);
  const search = () => index.search({ workspaceId, collection: "all", model, vector, limit: 10 });
  const first = await milliseconds(search);
  const again = await milliseconds(search, 10);
  await put(10);
  const changed = await milliseconds(search);
  console.log(`${count} of ${dimensions}: first ${first}, then ${again}, after a change of 10 ${changed}`);
  await db.pool.query("DELETE FROM kernel.workspaces WHERE id = $1", [workspaceId]);
}
await db.close();
