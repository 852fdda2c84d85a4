import { createClient } from "@mindmesh/client";
import { type NewConnection, connectionRoutes } from "@mindmesh/contracts/query/connections";
import type { Role } from "@mindmesh/contracts/permissions";
import { schemaRoutes } from "@mindmesh/contracts/query/schema";
import { openSecrets } from "@mindmesh/kernel/secrets";
import { openDatabase } from "@mindmesh/kernel/db";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reencryptConnections } from "../../src/connections/reencrypt-connections.ts";
import { secretContext } from "../../src/connections/open-session.ts";

let server: TestServer;
let owner: TestPerson;
let admin: TestPerson;
let developer: TestPerson;
let member: TestPerson;
let viewer: TestPerson;
let stranger: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Owner");
  const join = async (name: string, role: Role) => {
    const person = await server.signUp(name);
    await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3)", [
      owner.workspaceId,
      person.personId,
      role,
    ]);
    return person;
  };
  admin = await join("Admin", "admin");
  developer = await join("Developer", "developer");
  member = await join("Member", "member");
  viewer = await join("Viewer", "viewer");
  stranger = await server.signUp("Stranger");
});

afterAll(() => server.close());

const workspace = () => ({ workspaceId: owner.workspaceId });
const as = (person: TestPerson) =>
  createClient({ ...connectionRoutes, ...schemaRoutes }, { baseUrl: server.url, token: () => person.accessToken });

const network = {
  host: "db.example.com",
  port: 5432,
  database: "shop",
  user: "reader",
  tls: "verify",
} as const;

let count = 0;
const create = (change: Partial<Parameters<ReturnType<typeof as>["createConnection"]>[0]["body"]> = {}) =>
  as(admin).createConnection({
    params: workspace(),
    body: {
      name: `Shop ${(count += 1)}`,
      engine: "postgres",
      network,
      secret: { password: "the database's password" },
      ...change,
    },
  });

const code = (expected: string, fields?: Record<string, unknown>) =>
  expect.objectContaining({
    code: expected,
    ...(fields && { fields: expect.objectContaining(fields) as unknown }),
  }) as unknown;

test("a new connection is read-only, gives nothing to models, and never shows its password", async () => {
  const made = await create({ name: "Orders" });
  expect(made).toMatchObject({
    readOnly: true,
    hasPassword: true,
    consents: { names: false, statistics: false, samples: false },
    roles: ["developer", "analyst"],
    version: 1,
    ingestedAt: null,
  });
  const answer = await admin.fetch(`/api/workspaces/${owner.workspaceId}/query/connections`);
  expect(await answer.text()).not.toContain("the database's password");
  const [row] = await server.sql<{ all: string }>(
    "SELECT row_to_json(c)::text AS all FROM query.connections c WHERE id = $1",
    [made.id],
  );
  expect(row?.all).not.toContain("the database's password");
});

test("only owners and admins make connections; others see what is open to their role, viewers and strangers nothing", async () => {
  const made = await create();
  for (const person of [developer, member]) {
    const body = { name: "Mine", engine: "postgres", network } as NewConnection;
    await expect(as(person).createConnection({ params: workspace(), body })).rejects.toEqual(code("not_allowed"));
  }
  const idsOf = async (person: TestPerson) =>
    (await as(person).listConnections({ params: workspace() })).items.map(({ id }) => id);
  expect(await idsOf(developer)).toContain(made.id);
  expect(await idsOf(member)).not.toContain(made.id);
  await expect(idsOf(viewer)).rejects.toEqual(code("not_allowed"));
  await expect(idsOf(stranger)).rejects.toEqual(code("not_found"));
  const params = { ...workspace(), connectionId: made.id };
  await expect(as(member).readSchema({ params })).rejects.toEqual(code("not_found"));
  await expect(as(viewer).readSchema({ params })).rejects.toEqual(code("not_allowed"));
  await expect(as(developer).deleteConnection({ params })).rejects.toEqual(code("not_allowed"));

  await as(admin).changeConnection({ params, body: { version: made.version, roles: ["member"] } });
  expect(await idsOf(member)).toContain(made.id);
  expect(await idsOf(developer)).not.toContain(made.id);
});

test("a connection of another workspace is not there, for reading, changing and deleting", async () => {
  const { id } = await create();
  const params = { workspaceId: stranger.workspaceId, connectionId: id };
  await expect(as(stranger).readSchema({ params })).rejects.toEqual(code("not_found"));
  await expect(as(stranger).changeConnection({ params, body: { version: 1, name: "Taken" } })).rejects.toEqual(
    code("not_found"),
  );
  await expect(as(stranger).deleteConnection({ params })).rejects.toEqual(code("not_found"));
  await expect(as(stranger).testConnection({ params })).rejects.toEqual(code("not_found"));
});

test("two connections cannot have one name, whatever its case", async () => {
  await create({ name: "Warehouse" });
  await expect(create({ name: "WAREHOUSE" })).rejects.toEqual(
    code("already_exists", { name: "Another connection has this name." }),
  );
  const other = await create();
  const params = { ...workspace(), connectionId: other.id };
  await expect(
    as(admin).changeConnection({ params, body: { version: other.version, name: "warehouse" } }),
  ).rejects.toEqual(code("already_exists", { name: expect.any(String) }));
});

test("of two admins who change a connection at once the second is told, and loses nothing of the first", async () => {
  const made = await create();
  const params = { ...workspace(), connectionId: made.id };
  const changes = await Promise.allSettled([
    as(admin).changeConnection({ params, body: { version: made.version, label: "production" } }),
    as(owner).changeConnection({ params, body: { version: made.version, label: "staging" } }),
  ]);
  expect(changes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = changes.find((each) => each.status === "rejected");
  expect(refused?.reason).toEqual(code("conflict"));
  const won = changes.find((each) => each.status === "fulfilled")?.value;
  const stored = (await as(admin).listConnections({ params: workspace() })).items.find(({ id }) => id === made.id);
  expect(stored).toMatchObject({ label: won?.label, version: 2 });
});

test("who moves a connection to another host enters the password again; without that it stays where it was", async () => {
  const made = await create();
  const params = { ...workspace(), connectionId: made.id };
  const elsewhere = { ...network, host: "attacker.example.net" };
  await expect(
    as(admin).changeConnection({ params, body: { version: made.version, network: elsewhere } }),
  ).rejects.toEqual(code("invalid_fields", { "secret.password": expect.any(String) }));
  await expect(
    as(admin).testPlace({
      params: workspace(),
      body: { connectionId: made.id, engine: "postgres", network: elsewhere },
    }),
  ).rejects.toEqual(code("invalid_fields", { "secret.password": expect.any(String) }));
  const moved = await as(admin).changeConnection({
    params,
    body: { version: made.version, network: elsewhere, secret: { password: "another one" } },
  });
  expect(moved.network?.host).toBe("attacker.example.net");
  const renamed = await as(admin).changeConnection({ params, body: { version: moved.version, name: "Moved" } });
  expect(renamed.hasPassword).toBe(true);
});

test("an address in the private network is refused unless the owner of the server allows it, and the permission stays with the address", async () => {
  const inside = { ...network, host: "127.0.0.1" };
  await expect(create({ network: inside, privateAllowed: true })).rejects.toEqual(code("not_allowed"));
  const made = await as(owner).createConnection({
    params: workspace(),
    body: { name: "Inside", engine: "postgres", network: inside, privateAllowed: true },
  });
  expect(made.privateAllowed).toBe(true);
  const params = { ...workspace(), connectionId: made.id };
  const renamed = await as(admin).changeConnection({ params, body: { version: 1, name: "Still inside" } });
  expect(renamed.privateAllowed).toBe(true);
  const moved = await as(admin).changeConnection({
    params,
    body: { version: 2, network: { ...network, host: "10.0.0.7" } },
  });
  expect(moved.privateAllowed).toBe(false);
});

test("fields that do not fit are told one by one", async () => {
  await expect(create({ network: { ...network, host: "postgres://db.example.com/x" } })).rejects.toEqual(
    code("invalid_fields", { "network.host": expect.stringContaining("host alone") }),
  );
  await expect(create({ network: null })).rejects.toEqual(
    code("invalid_fields", { "network.host": expect.any(String) }),
  );
  await expect(create({ engine: "sqlite", network: null })).rejects.toEqual(
    code("invalid_fields", { files: "Choose at least one file." }),
  );
  await expect(create({ network: { ...network, port: 70_000 } })).rejects.toEqual(
    code("invalid_fields", { "network.port": expect.any(String) }),
  );
  const made = await create();
  const body = { version: 1, limits: { ...made.limits, seconds: 100_000 } };
  await expect(as(admin).changeConnection({ params: { ...workspace(), connectionId: made.id }, body })).rejects.toEqual(
    code("invalid_fields", { "limits.seconds": expect.any(String) }),
  );
});

test("a connection that is deleted is gone with all that is kept of it, and the audit log tells who did what", async () => {
  const made = await create({ name: "Short-lived" });
  const params = { ...workspace(), connectionId: made.id };
  const changed = await as(admin).changeConnection({ params, body: { version: 1, readOnly: false } });
  expect(changed.readOnly).toBe(false);
  await as(admin).deleteConnection({ params });
  await expect(as(admin).readSchema({ params })).rejects.toEqual(code("not_found"));
  const left = await server.sql("SELECT 1 FROM query.readings WHERE connection_id = $1", [made.id]);
  expect(left).toEqual([]);
  const deeds = await server.sql<{ action: string; actor_id: string; details: Record<string, unknown> }>(
    "SELECT action, actor_id, details FROM kernel.audit_log WHERE target_id = $1 ORDER BY at",
    [made.id],
  );
  expect(deeds.map(({ action }) => action)).toEqual(["connection.created", "connection.changed", "connection.deleted"]);
  expect(deeds.every(({ actor_id }) => actor_id === admin.personId)).toBe(true);
  expect(deeds[1]?.details["readOnly"]).toEqual({ before: true, after: false });
  expect(JSON.stringify(deeds)).not.toContain("the database's password");
});

test("after a change of SECRET_KEY the passwords are encrypted under the new one, and a missing key is told", async () => {
  const made = await create();
  const readSecret = async () => {
    const rows = await server.sql<{ secret: Buffer }>("SELECT secret FROM query.connections WHERE id = $1", [made.id]);
    return rows[0]!.secret;
  };
  const old = "a key for tests that is long enough for everybody";
  const fresh = "another key for tests that is long enough for them";
  const both = openSecrets([fresh, old]);
  const db = openDatabase({ url: server.databaseUrl });
  try {
    expect(both.isOutdated(await readSecret())).toBe(true);
    expect(await reencryptConnections(db, both)).toBeGreaterThan(0);
    expect(await reencryptConnections(db, both)).toBe(0);
    const secret = await readSecret();
    expect(openSecrets([fresh]).decrypt(secret, secretContext(made.id))).toContain("the database's password");
    expect(() => openSecrets([fresh]).decrypt(secret, secretContext("another"))).toThrow(/damaged/);
    await expect(
      reencryptConnections(db, openSecrets(["a third key for tests that is long enough", old])),
    ).rejects.toThrow(/another key/);
    await reencryptConnections(db, openSecrets([old, fresh]));
  } finally {
    await db.close();
  }
});
