import type { RouteDefinition } from "@mindmesh/contracts/route";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let owner: TestPerson;
let stranger: TestPerson;
const routes: { method: string; path: string; contract: RouteDefinition }[] = [];

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Owner");
  stranger = await server.signUp("Stranger");
  for (const { method, url, config } of server.running.routes) {
    if (config.contract) routes.push({ method, path: url, contract: config.contract });
  }
});

afterAll(() => server.close());

/** The path with every parameter filled: the owner's workspace, and ids that are well formed. */
function filled(path: string): string {
  return path.replace(":workspaceId", owner.workspaceId).replaceAll(/:\w+/g, "01890000-0000-7000-8000-000000000000");
}

function call(route: { method: string; path: string }, headers: Record<string, string>): Promise<Response> {
  const body = ["POST", "PUT", "PATCH"].includes(route.method) ? "{}" : null;
  return fetch(`${server.url}${filled(route.path)}`, {
    method: route.method,
    body,
    headers: { ...headers, ...(body !== null && { "content-type": "application/json" }) },
  });
}

test("every route under /api comes from a contract, so that this test walks it", () => {
  const outside = server.running.routes
    .filter(({ url, config }) => url.startsWith("/api/") && !config.contract)
    .map(({ method, url }) => `${method} ${url}`)
    .filter((route) => !/ \/api\/(docs|openapi\.json)/.test(route));
  expect(outside).toEqual([]);
  expect(routes.length).toBeGreaterThan(25);
});

test("nobody gets anything but public routes without signing in", async () => {
  for (const route of routes.filter(({ contract }) => contract.audience !== "public")) {
    const response = await call(route, {});
    expect(response.status, `${route.method} ${route.path}`).toBe(401);
  }
});

test("a stranger to the workspace meets 404 on every route of it, whatever they send", async () => {
  const ofWorkspace = routes.filter(({ contract }) => contract.audience === "member");
  expect(ofWorkspace.length).toBeGreaterThan(20);
  for (const route of ofWorkspace) {
    const response = await call(route, { authorization: `Bearer ${stranger.accessToken}` });
    expect(response.status, `${route.method} ${route.path}`).toBe(404);
  }
});

test("a change from another site is refused on every route, also with the person's cookies", async () => {
  for (const route of routes.filter(({ method }) => !["GET", "HEAD"].includes(method))) {
    const response = await call(route, { cookie: owner.cookie, origin: "https://evil.example" });
    expect(response.status, `${route.method} ${route.path}`).toBe(403);
  }
});

interface Table {
  name: string;
  secured: boolean;
  policies: string[];
  first_key: string | null;
  granted: boolean;
  has_workspace: boolean;
}

async function tables(): Promise<Table[]> {
  return server.sql<Table>(`
    SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AS secured,
      ARRAY(SELECT pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
      (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
       WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indnullsnotdistinct) ORDER BY i.indisprimary DESC LIMIT 1) AS first_key,
      has_table_privilege('mindmesh_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS granted,
      EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id') AS has_workspace
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'`);
}

test("every table that the application role can reach is secured by workspace and keyed by it", async () => {
  const all = await tables();
  const reachable = all.filter((table) => table.granted);
  expect(reachable.length).toBeGreaterThan(5);
  for (const table of reachable) {
    expect(table.secured, `${table.name} has row-level security`).toBe(true);
    expect(table.policies.length, `${table.name} has a policy`).toBeGreaterThan(0);
    for (const policy of table.policies) {
      expect(policy, table.name).toContain("workspace_id = (current_setting('app.workspace_id'::text))::uuid");
    }
    expect(table.first_key, `${table.name} has workspace_id first in its key`).toBe("workspace_id");
  }
});

test("tables without a workspace belong to the kernel or the job library and cannot be reached by the application role", async () => {
  for (const table of await tables()) {
    if (table.granted) continue;
    expect(table.name).toMatch(/^(kernel|pgboss)\.|\.migrations$/);
  }
});

test("under row-level security another workspace's rows do not exist, and cannot be made", async () => {
  await owner.chat.createConversation({ params: { workspaceId: owner.workspaceId }, body: { title: "Mine" } });
  const asStranger = (statement: string) => server.asWorkspace(stranger.workspaceId, stranger.personId, statement);
  for (const table of (await tables()).filter((each) => each.granted)) {
    const [row] = await asStranger(
      `SELECT count(*)::int AS n FROM ${table.name} WHERE workspace_id = '${owner.workspaceId}'`,
    );
    expect(row, table.name).toEqual({ n: 0 });
  }
  await expect(
    asStranger(
      `INSERT INTO chat.folders (workspace_id, id, owner_id, name) VALUES ('${owner.workspaceId}', gen_random_uuid(), gen_random_uuid(), 'x')`,
    ),
  ).rejects.toThrow(/row-level security/);
});

test("a query that forgets to say which workspace fails instead of showing everything", async () => {
  // On a connection that had a workspace before, the setting is there and empty.
  await expect(server.asWorkspace(null, null, "SELECT * FROM chat.conversations")).rejects.toThrow(
    /app\.workspace_id|invalid input syntax for type uuid: ""/,
  );
});

test("no foreign key crosses the rooms", async () => {
  const crossing = await server.sql(`
    SELECT conname FROM pg_constraint k
    JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
    WHERE k.contype = 'f' AND a.relnamespace <> b.relnamespace`);
  expect(crossing).toEqual([]);
});
