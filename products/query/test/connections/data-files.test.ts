import { createClient } from "@mindmesh/client";
import { type DataFile, connectionRoutes, dataFile } from "@mindmesh/contracts/query/connections";
import type { Role } from "@mindmesh/contracts/permissions";
import { schemaRoutes } from "@mindmesh/contracts/query/schema";
import { openDatabase } from "@mindmesh/kernel/db";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queryPersonData } from "../../src/person-data.ts";
import { sweepLooseFiles, tableNameOf } from "../../src/connections/data-files.ts";

let server: TestServer;
let owner: TestPerson;
let analyst: TestPerson;
let member: TestPerson;
let shop: Buffer<ArrayBuffer>;

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Owner");
  const join_ = async (name: string, role: Role) => {
    const person = await server.signUp(name);
    await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3)", [
      owner.workspaceId,
      person.personId,
      role,
    ]);
    return person;
  };
  analyst = await join_("Analyst", "analyst");
  member = await join_("Member", "member");
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-data-files-"));
  const database = new DatabaseSync(join(folder, "shop.db"));
  database.exec(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
    INSERT INTO customers VALUES (1, 'a@example.org'), (2, 'b@example.org');
    INSERT INTO orders VALUES (1, 1), (2, 2), (3, 1)`);
  database.close();
  shop = Buffer.from(await readFile(join(folder, "shop.db")));
  await rm(folder, { recursive: true });
});

afterAll(() => server.close());

const workspace = () => ({ workspaceId: owner.workspaceId });
const as = (person: TestPerson) =>
  createClient({ ...connectionRoutes, ...schemaRoutes }, { baseUrl: server.url, token: () => person.accessToken });

const send = (person: TestPerson, name: string, content: string | Buffer<ArrayBuffer>) =>
  person.fetch(`/api/workspaces/${owner.workspaceId}/query/data-files?name=${encodeURIComponent(name)}`, {
    method: "POST",
    body: content,
    headers: { "content-type": "application/octet-stream" },
  });

async function upload(name: string, content: string | Buffer<ArrayBuffer>): Promise<DataFile> {
  const response = await send(owner, name, content);
  expect(response.status, await response.clone().text()).toBe(201);
  return dataFile.parse(await response.json());
}

test("an uploaded file is told by its content, whatever its name says", async () => {
  expect(await upload("shop.csv", shop)).toMatchObject({ format: "sqlite", table: null });
  expect(await upload("Cities 2026.csv", "name,people\nOslo,7\n")).toMatchObject({
    format: "csv",
    table: "cities_2026",
  });
  expect(await upload("x.parquet", Buffer.from("PAR1 and more bytes"))).toMatchObject({ format: "parquet" });
  const refused = await send(owner, "photo.csv", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"));
  expect(refused.status).toBe(415);
  expect(await refused.text()).toContain("is none of these");
  expect((await send(owner, "empty.csv", "")).status).toBe(415);
  expect((await send(analyst, "mine.csv", "a,b\n")).status).toBe(403);
});

test("table names come from file names and need no quotes", () => {
  expect(["Umsätze 2026 (final).xlsx", "2026.csv", "...csv", "a-b.c.parquet"].map(tableNameOf)).toEqual([
    "umsätze_2026_final",
    "t_2026",
    "data",
    "a_b_c",
  ]);
});

test("files that do not go together are refused at their place, and nobody takes another person's upload", async () => {
  const one = await upload("a.csv", "x\n1\n");
  const two = await upload("A.csv", "x\n1\n");
  const sqlite = await upload("shop.db", shop);
  const create = (person: TestPerson, files: { fileId: string; table?: string }[]) =>
    as(person).createConnection({ params: workspace(), body: { name: "Files", engine: "duckdb", files } });
  await expect(
    create(
      owner,
      [one, two].map(({ fileId }) => ({ fileId })),
    ),
  ).rejects.toMatchObject({
    code: "invalid_fields",
    fields: { "files.1.table": "Two files would be the table a." },
  });
  await expect(create(owner, [{ fileId: one.fileId }, { fileId: sqlite.fileId }])).rejects.toMatchObject({
    fields: { "files.1": "A SQLite file needs a connection of its own." },
  });
  await server.sql("UPDATE kernel.members SET role = 'admin' WHERE person_id = $1", [member.personId]);
  await expect(create(member, [{ fileId: one.fileId }])).rejects.toMatchObject({
    fields: { "files.0": "Is gone. Upload it again." },
  });
  await server.sql("UPDATE kernel.members SET role = 'member' WHERE person_id = $1", [member.personId]);
});

test("a SQLite file becomes a connection whose schema is read; who may use it may load the file, and nobody else", async () => {
  const file = await upload("shop.db", shop);
  const made = await as(owner).createConnection({
    params: workspace(),
    body: { name: "Shop file", engine: "sqlite", files: [{ fileId: file.fileId }] },
  });
  const params = { ...workspace(), connectionId: made.id };
  await eventually(async () => {
    const { items } = await as(analyst).listConnections({ params: workspace() });
    const ingestion = items.find(({ id }) => id === made.id)?.ingestion;
    expect(ingestion, JSON.stringify(ingestion)).toMatchObject({ state: "done" });
  }, 30);
  const outline = await as(analyst).readSchema({ params });
  expect(outline.tables.map(({ name }) => name)).toEqual(["customers", "orders"]);

  const load = async (person: TestPerson) =>
    (await person.fetch(`/api/workspaces/${owner.workspaceId}/files/${file.fileId}`)).status;
  expect(await load(analyst)).toBe(200);
  expect(await load(member)).toBe(404);
  await as(owner).changeConnection({
    params,
    body: {
      version: made.version,
      hidden: [{ schema: outline.tables[0]!.schema, table: "customers", column: "email" }],
    },
  });
  expect(await load(analyst)).toBe(404);
  expect(await load(owner)).toBe(200);
  // It belongs to the workspace now, and is not the uploader's to lose.
  const [row] = await server.sql("SELECT owner_id, deleted_at FROM kernel.files WHERE id = $1", [file.fileId]);
  expect(row).toEqual({ owner_id: null, deleted_at: null });
  await as(owner).deleteConnection({ params });
  expect(await load(owner)).toBe(404);
});

test("several CSV files are tables of one database", async () => {
  const cities = await upload("Cities.csv", "id,name\n1,Oslo\n2,Rome\n");
  const visits = await upload("visits.csv", "day,city_id\n2026-01-01,1\n2026-01-02,2\n2026-01-03,1\n");
  const made = await as(owner).createConnection({
    params: workspace(),
    body: {
      name: "Travels",
      engine: "duckdb",
      files: [{ fileId: cities.fileId }, { fileId: visits.fileId, table: "trips" }],
    },
  });
  const params = { ...workspace(), connectionId: made.id };
  await eventually(async () => {
    const { items } = await as(owner).listConnections({ params: workspace() });
    const ingestion = items.find(({ id }) => id === made.id)?.ingestion;
    expect(ingestion, JSON.stringify(ingestion)).toMatchObject({ state: "done" });
  }, 60);
  const outline = await as(owner).readSchema({ params });
  expect(outline.tables.map(({ name, columns }) => [name, ...columns.map((each) => each.name)].join(" "))).toEqual([
    "cities id name",
    "trips day city_id",
  ]);
  expect(await as(owner).testConnection({ params })).toMatchObject({ ok: true });
});

test("an export of an account names the connections that the person made, and a deleted account leaves them unnamed", async () => {
  const db = openDatabase({ url: server.databaseUrl });
  try {
    const exported = [];
    for await (const item of queryPersonData.exportPerson(db, owner.personId)) exported.push(item);
    const made = exported.filter(({ kind }) => kind === "connections");
    expect(made.map(({ value }) => (value as { name: string }).name)).toContain("Travels");
    expect(JSON.stringify(exported)).not.toMatch(/secret|network/);
    await db.system((tx) => queryPersonData.forgetPerson(tx, owner.personId));
    const left = await server.sql("SELECT 1 FROM query.connections WHERE created_by = $1", [owner.personId]);
    expect(left).toEqual([]);
    const { items } = await as(owner).listConnections({ params: workspace() });
    expect(items.map(({ name }) => name)).toContain("Travels");
  } finally {
    await db.close();
  }
});

test("an upload that no connection takes is gone after a day", async () => {
  const file = await upload("forgotten.csv", "x\n1\n");
  const db = openDatabase({ url: server.databaseUrl });
  try {
    await sweepLooseFiles(db);
    const deleted = async () => {
      const rows = await server.sql<{ deleted: boolean }>(
        "SELECT deleted_at IS NOT NULL AS deleted FROM kernel.files WHERE id = $1",
        [file.fileId],
      );
      return rows[0]?.deleted;
    };
    expect(await deleted()).toBe(false);
    expect(await sweepLooseFiles(db, new Date(Date.now() + 25 * 3_600_000))).toBeGreaterThan(0);
    expect(await deleted()).toBe(true);
  } finally {
    await db.close();
  }
});
