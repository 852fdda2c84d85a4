import { randomBytes, randomUUID } from "node:crypto";
import { type Client, createClient } from "@mindmesh/client";
import type { Role } from "@mindmesh/contracts/permissions";
import { type StatementLimits, usualLimits } from "@mindmesh/contracts/query/connections";
import type { Cell } from "@mindmesh/contracts/query/engine";
import { savedQueryRoutes } from "@mindmesh/contracts/query/saved-queries";
import {
  type ResultBlock,
  type Statement,
  type StatementPart,
  statementPart,
  statementRoutes,
} from "@mindmesh/contracts/query/statements";
import { tabRoutes } from "@mindmesh/contracts/query/tabs";
import { type Database, openDatabase } from "@mindmesh/kernel/db";
import { openSecrets } from "@mindmesh/kernel/secrets";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import pg from "pg";
import { inject } from "vitest";

/** As the test server is started with. */
const secretKey = "a key for tests that is long enough for everybody";

export interface Workbench {
  server: TestServer;
  owner: TestPerson;
  /** A connection to the shop as a login that may only read. */
  connect(settings?: Partial<ConnectionSettings>): Promise<string>;
  /** Somebody else in the owner's workspace. */
  join(role: Role): Promise<TestPerson>;
  /** The shop's database as its owner. */
  shop: pg.Pool;
  /** Its server as the superuser. */
  root: pg.Pool;
  /** Mindmesh's own database, for use cases that have no route. */
  database(): Promise<{ db: Database }>;
  close(): Promise<void>;
}

interface ConnectionSettings {
  readOnly: boolean;
  roles: Role[];
  limits: Partial<StatementLimits>;
  hidden: { schema: string; table: string; column: string | null }[];
  /** The login owns the tables and may write. */
  asOwner: boolean;
}

const shopTables = `
  CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text);
  CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, total numeric(12,2), placed_at timestamptz);
  INSERT INTO customers SELECT n, 'Customer ' || n, CASE WHEN n % 3 = 0 THEN NULL ELSE 'c' || n || '@example.org' END
    FROM generate_series(1, 1000) n;
  INSERT INTO orders SELECT n, 1 + n % 1000, (n % 997) + 0.25, '2026-01-01'::timestamptz + n * interval '1 minute'
    FROM generate_series(1, 30000) n;
  CREATE TABLE odd (id int PRIMARY KEY, big bigint, long numeric, float8 double precision, day date, words text, data jsonb);
  INSERT INTO odd VALUES
    (1, 9223372036854775807, ('1' || repeat('0', 98) || '1')::numeric, 'NaN', '0044-03-15 BC', '=1+1', '{"n": 12345678901234567890}'),
    (2, -9223372036854775808, -0.00000000000000000000000000000000000001, '-Infinity', 'infinity', E'tab\\there, "quoted"\\nand more', '[]'),
    (3, NULL, NULL, 0.1, '2026-11-29', '', NULL);
  CREATE TABLE huge (id int, content text);
  ALTER TABLE huge ALTER COLUMN content SET STORAGE EXTERNAL`;

/** A server, and a shop's database on the native PostgreSQL or that of the run. Call it in `beforeAll`. */
export async function startWorkbench(options: Parameters<typeof startTestServer>[0] = {}): Promise<Workbench> {
  const server = await startTestServer({
    ...options,
    environment: { OUTBOUND_ALLOW_PRIVATE: "127.0.0.1", ...options.environment },
  });
  const owner = await server.signUp("Olga");
  const root = inject("databaseUrl");
  const name = `shop_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  const admin = new pg.Pool({ connectionString: root, max: 1 });
  admin.on("error", () => undefined);
  await admin.query(`CREATE ROLE ${name}_owner LOGIN PASSWORD '${password}'`);
  await admin.query(`CREATE ROLE ${name}_reader LOGIN PASSWORD '${password}'`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${name}_owner`);
  const url = new URL(root);
  url.pathname = `/${name}`;
  const shop = new pg.Pool({ connectionString: url.href, max: 2 });
  shop.on("error", () => undefined);
  await shop.query(`SET ROLE ${name}_owner`);
  await shop.query(`GRANT ALL ON SCHEMA public TO ${name}_owner`).catch(() => undefined);
  await shop.query(shopTables);
  for (const table of ["customers", "orders", "odd", "huge"]) {
    await shop.query(`ALTER TABLE ${table} OWNER TO ${name}_owner`);
    await shop.query(`GRANT SELECT ON ${table} TO ${name}_reader`);
  }
  await shop.query("ANALYZE");
  const secrets = openSecrets([secretKey]);
  let count = 0;
  let own: Database | null = null;

  return {
    server,
    owner,
    shop,
    root: admin,
    database: async () => ({ db: (own ??= openDatabase({ url: server.databaseUrl, maxConnections: 2 })) }),
    async connect({
      readOnly = true,
      roles = ["developer", "analyst"],
      limits = {},
      hidden = [],
      asOwner = false,
    } = {}) {
      const id = randomUUID();
      count += 1;
      const network = {
        host: "127.0.0.1",
        port: Number(url.port),
        database: name,
        user: `${name}_${asOwner ? "owner" : "reader"}`,
        tls: "prefer",
        certificateAuthority: null,
        ssh: null,
      };
      await server.sql(
        `INSERT INTO query.connections (workspace_id, id, name, engine, network, secret, has_password, read_only, roles, consents, hidden, limits, private_allowed)
         VALUES ($1, $2, $3, 'postgres', $4, $5, true, $6, $7, $8, $9, $10, true)`,
        [
          owner.workspaceId,
          id,
          `Shop ${count}`,
          network,
          secrets.encrypt(JSON.stringify({ password, ssh: null }), `query.connections:${id}`),
          readOnly,
          roles,
          { names: false, statistics: false, samples: false },
          JSON.stringify(hidden),
          { ...usualLimits, ...limits },
        ],
      );
      return id;
    },
    async join(role) {
      const person = await server.signUp(`A ${role}`);
      await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3)", [
        owner.workspaceId,
        person.personId,
        role,
      ]);
      return { ...person, workspaceId: owner.workspaceId };
    },
    async close() {
      await own?.close();
      await server.close();
      await shop.end();
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.query(`DROP ROLE IF EXISTS ${name}_owner`);
      await admin.query(`DROP ROLE IF EXISTS ${name}_reader`);
      await admin.end();
    },
  };
}

/** The workbench's routes as this person. */
export function workbenchOf(
  server: TestServer,
  person: TestPerson,
): {
  statements: Client<typeof statementRoutes>;
  tabs: Client<typeof tabRoutes>;
  saved: Client<typeof savedQueryRoutes>;
} {
  const options = { baseUrl: server.url, token: () => person.accessToken };
  return {
    statements: createClient(statementRoutes, options),
    tabs: createClient(tabRoutes, options),
    saved: createClient(savedQueryRoutes, options),
  };
}

export interface Ran {
  parts: StatementPart[];
  statement: Statement;
  /** All rows, read block by block. */
  rows: Cell[][];
}

type Body = Parameters<Client<typeof statementRoutes>["runStatement"]>[0]["body"];

/** Runs a statement as a page does and reads its whole result. */
export async function run(server: TestServer, person: TestPerson, connectionId: string, body: Body): Promise<Ran> {
  const { statements } = workbenchOf(server, person);
  const response = await statements.runStatement({ params: { workspaceId: person.workspaceId, connectionId }, body });
  const parts = (await response.text())
    .trim()
    .split("\n")
    .map((line) => statementPart.parse(JSON.parse(line)));
  const end = parts.at(-1);
  if (end?.type !== "end") throw new Error(`the answer ended with ${JSON.stringify(end)}`);
  const rows: Cell[][] = [];
  for (const part of parts) {
    if (part.type !== "block") continue;
    const block = await readBlock(server, person, end.statement.id, part.firstRow);
    if (block.firstRow !== rows.length) throw new Error("a block does not begin where the one before it ends");
    rows.push(...block.rows);
  }
  return { parts, statement: end.statement, rows };
}

export async function readBlock(server: TestServer, person: TestPerson, statementId: string, firstRow: number) {
  const { statements } = workbenchOf(server, person);
  const params = { workspaceId: person.workspaceId, statementId, firstRow };
  // The typed client fills paths with text.
  const response = await statements.readResultBlock({ params });
  return (await response.json()) as ResultBlock;
}
