import { createClient } from "@mindmesh/client";
import { documentationRoutes } from "@mindmesh/contracts/query/documentation";
import { diagramRoutes } from "@mindmesh/contracts/query/diagram";
import { type TestPerson, type TestServer, manyTables, startTestServer, storeCatalog } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let owner: TestPerson;
let connectionId: string;
const tables = manyTables(6);

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Owner");
  const [first] = tables;
  if (!first) throw new Error("no tables");
  first.comment = "What <b>customers</b> | buy; `quoted` *words* — Ελληνικά";
  first.columns.push({
    ...(first.columns[0] as (typeof first.columns)[number]),
    name: 'odd "name" | 🙂',
    type: "character varying(200)",
    kind: "text",
    default: "'it''s'::text",
  });
  connectionId = await storeCatalog(server, owner.workspaceId, tables);
});

afterAll(() => server.close());

const clientOf = (person: TestPerson) =>
  createClient(documentationRoutes, { baseUrl: server.url, token: () => person.accessToken });
const params = () => ({ workspaceId: owner.workspaceId, connectionId });

test("what nobody described counts as not covered, until somebody describes it", async () => {
  const docs = clientOf(owner);
  const before = await docs.getDocumentation({ params: params() });
  expect(before.coverage).toMatchObject({ tables: 6, describedTables: 2, describedColumns: 0 });
  const place = { schema: "public", table: tables[1]?.name ?? "", column: "amount" };
  await docs.describe({ params: params(), body: { ...place, text: "  In euros, with tax.  " } });
  await docs.describe({ params: params(), body: { ...place, column: null, text: "Who buys." } });
  const after = await docs.getDocumentation({ params: params() });
  expect(after.coverage).toMatchObject({ describedTables: 3, describedColumns: 1 });
  expect(after.descriptions).toContainEqual({ ...place, text: "In euros, with tax." });
  await docs.describe({ params: params(), body: { ...place, column: null, text: "" } });
  expect((await docs.getDocumentation({ params: params() })).coverage.describedTables).toBe(2);
});

test("a column that is not in the schema cannot be described, and the answer names the field", async () => {
  const wrong = clientOf(owner).describe({
    params: params(),
    body: { schema: "public", table: tables[1]?.name ?? "", column: "nothing", text: "x" },
  });
  await expect(wrong).rejects.toMatchObject({
    status: 422,
    fields: { column: expect.stringContaining("not in the schema") },
  });
});

test("an analyst reads the documentation and may not change it; a viewer and another workspace see nothing", async () => {
  const analyst = await server.signUp("Analyst");
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'analyst')", [
    owner.workspaceId,
    analyst.personId,
  ]);
  expect((await clientOf(analyst).getDocumentation({ params: params() })).tables).toHaveLength(6);
  const body = { schema: "public", table: tables[1]?.name ?? "", column: null, text: "Mine" };
  await expect(clientOf(analyst).describe({ params: params(), body })).rejects.toMatchObject({ status: 403 });
  await expect(clientOf(analyst).keepDocumentation({ params: params(), body: {} })).rejects.toMatchObject({
    status: 403,
  });
  const viewer = await server.signUp("Viewer");
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'viewer')", [
    owner.workspaceId,
    viewer.personId,
  ]);
  await expect(clientOf(viewer).getDocumentation({ params: params() })).rejects.toMatchObject({ status: 403 });
  const stranger = await server.signUp("Stranger");
  await expect(clientOf(stranger).getDocumentation({ params: params() })).rejects.toMatchObject({ status: 404 });
});

test("two versions are kept with the numbers 1 and 2 even at the same moment, and the changes between them are told", async () => {
  const docs = clientOf(owner);
  const kept = await Promise.all(
    [1, 2].map((n) => docs.keepDocumentation({ params: params(), body: { note: `n${n}` } })),
  );
  expect(kept.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([1, 2]);
  const name = tables[2]?.name ?? "";
  await server.sql(
    `UPDATE query.catalog_tables SET content = jsonb_set(content, '{columns,1,type}', '"citext"') WHERE connection_id = $1 AND name = $2`,
    [connectionId, name],
  );
  await server.sql("DELETE FROM query.catalog_tables WHERE connection_id = $1 AND name = $2", [
    connectionId,
    tables[5]?.name,
  ]);
  await server.sql("UPDATE query.catalogs SET taken_at = taken_at + interval '1 second' WHERE connection_id = $1", [
    connectionId,
  ]);
  const { items } = await docs.compareDocumentation({ params: params(), query: { from: 1 } });
  const column = tables[2]?.columns[1]?.name;
  expect(items).toHaveLength(2);
  expect(items).toContainEqual({
    kind: "changed",
    what: "column",
    schema: "public",
    table: name,
    name: column,
    before: expect.any(String),
    after: expect.stringContaining("citext"),
  });
  expect(items).toContainEqual(
    expect.objectContaining({ kind: "removed", what: "table", table: tables[5]?.name, name: "" }),
  );
  const old = await docs.getDocumentation({ params: params(), query: { version: 1 } });
  expect(old.tables).toHaveLength(6);
  await expect(docs.getDocumentation({ params: params(), query: { version: 9 } })).rejects.toMatchObject({
    status: 404,
  });
  const [audited] = await server.sql<{ n: number }>(
    "SELECT count(*)::int AS n FROM kernel.audit_log WHERE action = 'query.documentation.kept'",
  );
  expect(audited?.n).toBe(2);
});

test("a column hidden later is gone from old versions too", async () => {
  const name = tables[1]?.name ?? "";
  await server.sql("UPDATE query.connections SET hidden = $2 WHERE id = $1", [
    connectionId,
    JSON.stringify([{ schema: "public", table: name, column: "amount" }]),
  ]);
  for (const query of [{}, { version: 1 }]) {
    const found = await clientOf(owner).getDocumentation({ params: params(), query });
    expect(found.tables.find((table) => table.name === name)?.columns.map((column) => column.name)).not.toContain(
      "amount",
    );
    expect(JSON.stringify(found.descriptions)).not.toContain("In euros");
  }
  await server.sql("UPDATE query.connections SET hidden = '[]' WHERE id = $1", [connectionId]);
});

test("Markdown, HTML and PDF hold everything, and names and comments are text in them, whatever they say", async () => {
  const base = `/api/workspaces/${owner.workspaceId}/query/connections/${connectionId}/documentation/export`;
  const markdown = await (await owner.fetch(`${base}?format=markdown`)).text();
  expect(markdown).toContain(String.raw`What \<b\>customers\</b\> \| buy; \`quoted\` \*words\* — Ελληνικά`);
  expect(markdown).toContain(String.raw`odd "name" \| 🙂`);
  expect(markdown).toContain("In euros, with tax.");
  const response = await owner.fetch(`${base}?format=html`);
  expect(response.headers.get("content-disposition")).toContain("attachment");
  const html = await response.text();
  expect(html).toContain("What &lt;b&gt;customers&lt;/b&gt; | buy");
  expect(html).not.toContain("<script");
  const pdf = Buffer.from(await (await owner.fetch(`${base}?format=pdf`)).arrayBuffer());
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  expect(pdf.subarray(-6).toString()).toContain("%%EOF");
  expect(pdf.length).toBeGreaterThan(5000);
});

test("the diagram as DBML, Mermaid and SQL names every table and relation", async () => {
  const client = createClient(diagramRoutes, { baseUrl: server.url, token: () => owner.accessToken });
  const diagram = await client.getDiagram({ params: params() });
  const lines = diagram.relations.length;
  expect(lines).toBeGreaterThan(0);
  const text = async (format: "dbml" | "mermaid" | "sql") =>
    (await client.exportDiagram({ params: params(), query: { format } })).text();
  const dbml = await text("dbml");
  const mermaid = await text("mermaid");
  const sql = await text("sql");
  expect(dbml.match(/^Ref:/gm)).toHaveLength(lines);
  expect(mermaid.match(/[|}]o?[-.]{2}/g)?.length ?? 0).toBeGreaterThanOrEqual(lines);
  expect(sql.match(/ADD CONSTRAINT/g)).toHaveLength(lines);
  expect(sql).toContain(`"odd ""name"" | 🙂" character varying(200) DEFAULT 'it''s'::text`);
  await expect(
    client.exportDiagram({ params: params(), query: { format: "sql", schema: "nowhere" } }),
  ).rejects.toMatchObject({ status: 404 });
});
