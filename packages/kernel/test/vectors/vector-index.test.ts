import { createTestDatabase } from "@mindmesh/test-support";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/db/index.ts";
import { clearVectors, mostVectors, openVectorIndex, putVectors, removeVectors } from "../../src/vectors/index.ts";

let db: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const made = await createTestDatabase();
  ({ drop } = made);
  db = openDatabase({ url: made.url });
});
afterAll(async () => {
  await db.close();
  await drop();
});

const model = "openai/text-embedding-3-small";

async function workspace(): Promise<string> {
  const id = uuidv7();
  await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Test')", [id]);
  return id;
}

/** Always the same directions, of length 1. */
function direction(seed: number, dimensions = 32): Float32Array {
  const values = Array.from({ length: dimensions }, (_, at) => Math.sin(seed * 12.9898 + at * 78.233) * 43_758.5453);
  const parts = values.map((value) => value - Math.floor(value) - 0.5);
  const length = Math.hypot(...parts);
  return Float32Array.from(parts, (part) => part / length);
}

const put = (workspaceId: string, items: { id: string; vector: Float32Array }[], of = model) =>
  db.withWorkspace({ workspaceId }, (tx) => putVectors(tx, workspaceId, "messages", of, items));
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ id: uuidv7(), vector: direction(from + index) }));

it("finds exactly the nearest, nearest first, as a sort of all would", async () => {
  const workspaceId = await workspace();
  const items = many(700);
  await put(workspaceId, items);
  const vector = direction(5000);
  const cosine = (other: Float32Array) => other.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0);
  const sorted = items.toSorted((a, b) => cosine(b.vector) - cosine(a.vector)).slice(0, 10);
  const found = await openVectorIndex({ db }).search({ workspaceId, collection: "messages", model, vector, limit: 10 });
  expect(found.map((each) => each.id)).toEqual(sorted.map((each) => each.id));
  expect(found[0]?.score).toBeCloseTo(cosine(sorted[0]?.vector ?? vector), 5);
});

it("finds only what may be seen, and nothing of another workspace or model", async () => {
  const [mine, other] = [await workspace(), await workspace()];
  const items = many(50);
  await put(mine, items);
  await put(other, many(50));
  const index = openVectorIndex({ db });
  const vector = direction(3);
  const allowed = new Set(items.slice(10, 13).map((each) => each.id));
  const question = { workspaceId: mine, collection: "messages", model, vector, limit: 50 };
  const found = await index.search({ ...question, among: (id) => allowed.has(id) });
  expect(new Set(found.map((each) => each.id))).toEqual(allowed);
  const all = await index.search(question);
  expect(new Set(all.map((each) => each.id))).toEqual(new Set(items.map((each) => each.id)));
  expect(await index.search({ ...question, model: "mistral/mistral-embed" })).toEqual([]);
  expect(await index.search({ ...question, collection: "nothing" })).toEqual([]);
});

it("sees at once what another server added, changed, removed or cleared", async () => {
  const workspaceId = await workspace();
  const index = openVectorIndex({ db });
  const first = async (vector: Float32Array) =>
    (await index.search({ workspaceId, collection: "messages", model, vector, limit: 1 }))[0]?.id;
  const [a, b] = [
    { id: uuidv7(), vector: direction(1) },
    { id: uuidv7(), vector: direction(2) },
  ];
  await put(workspaceId, [a]);
  expect(await first(b.vector)).toBe(a.id);
  await put(workspaceId, [b]);
  expect(await first(b.vector)).toBe(b.id);
  await put(workspaceId, [
    { id: a.id, vector: b.vector },
    { id: b.id, vector: a.vector },
  ]);
  expect(await first(b.vector)).toBe(a.id);
  await db.withWorkspace({ workspaceId }, (tx) => removeVectors(tx, workspaceId, "messages", [a.id]));
  expect(await first(b.vector)).toBe(b.id);
  await db.withWorkspace({ workspaceId }, (tx) => clearVectors(tx, workspaceId, "messages"));
  expect(await first(b.vector)).toBeUndefined();
  await put(workspaceId, [a]);
  expect(await first(b.vector)).toBe(a.id);
});

it("a collection that was cleared and filled as often is not taken for the old one", async () => {
  const workspaceId = await workspace();
  const index = openVectorIndex({ db });
  const ids = async () =>
    (await index.search({ workspaceId, collection: "messages", model, vector: direction(1), limit: 9 })).map(
      ({ id }) => id,
    );
  const [old] = many(1);
  const [fresh] = many(1, 7);
  if (!old || !fresh) throw new Error("nothing was made");
  await put(workspaceId, [old]);
  expect(await ids()).toEqual([old.id]);
  await db.withWorkspace({ workspaceId }, (tx) => clearVectors(tx, workspaceId, "messages"));
  await put(workspaceId, [fresh]);
  expect(await ids()).toEqual([fresh.id]);
});

it("what is rolled back is never found", async () => {
  const workspaceId = await workspace();
  await put(workspaceId, many(3));
  await db
    .withWorkspace({ workspaceId }, async (tx) => {
      await putVectors(tx, workspaceId, "messages", model, many(5, 100));
      throw new Error("no");
    })
    .catch(() => undefined);
  const found = await openVectorIndex({ db }).search({
    workspaceId,
    collection: "messages",
    model,
    vector: direction(100),
    limit: 50,
  });
  expect(found).toHaveLength(3);
});

it("vectors of another model are refused until the collection is cleared", async () => {
  const workspaceId = await workspace();
  await put(workspaceId, many(2));
  await expect(put(workspaceId, many(2), "mistral/mistral-embed")).rejects.toMatchObject({ code: "conflict" });
  await db.withWorkspace({ workspaceId }, (tx) => clearVectors(tx, workspaceId, "messages"));
  await put(workspaceId, many(2), "mistral/mistral-embed");
});

it("a collection holds no more than it can search", async () => {
  const workspaceId = await workspace();
  await put(workspaceId, many(2));
  await db.pool.query("UPDATE kernel.vector_collections SET items = $2 WHERE workspace_id = $1", [
    workspaceId,
    mostVectors - 1,
  ]);
  await put(workspaceId, many(1, 10));
  await expect(put(workspaceId, many(1, 20))).rejects.toMatchObject({ code: "too_large" });
});

it("many searches and writes at once all end with the truth", async () => {
  const workspaceId = await workspace();
  const index = openVectorIndex({ db });
  const search = () => index.search({ workspaceId, collection: "messages", model, vector: direction(1), limit: 500 });
  await Promise.all(
    Array.from({ length: 12 }, async (_, round) => {
      await put(workspaceId, many(10, round * 10));
      await search();
    }),
  );
  const found = await search();
  expect(new Set(found.map((each) => each.id)).size).toBe(120);
});

it("what has no room in memory is read again, and found all the same", async () => {
  const workspaceId = await workspace();
  await put(workspaceId, many(200));
  const index = openVectorIndex({ db, bytes: 10 });
  const question = { workspaceId, collection: "messages", model, vector: direction(9), limit: 5 };
  expect(await index.search(question)).toHaveLength(5);
  expect(await index.search(question)).toHaveLength(5);
});
