import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "@mindmesh/kernel/config";
import { StartError, appliedMigrations, migrationNames, openDatabase } from "@mindmesh/kernel/db";
import { openNotifications } from "@mindmesh/kernel/realtime";
import pg from "pg";
import { counted } from "../amounts.ts";
import { migrationOwners, openInstance } from "../open-instance.ts";
import { type Finding, good, note, problem, reasonOf, warning, withoutPassword } from "./finding.ts";

const oldestPostgres = 15;
const neededExtensions = ["btree_gin", "pg_trgm", "unaccent"];

/** The database with the pool before it and the replicas behind it. */
export async function checkDatabase(config: Config): Promise<Finding[]> {
  return [
    ...(await checkInstance(config)),
    ...(await checkPool(config)),
    ...(await checkReplicas(config.DATABASE_REPLICA_URLS)),
  ];
}

/** The database itself: reachable, new enough, with the rights, the role, the walls and the migrations. */
async function checkInstance(config: Config): Promise<Finding[]> {
  if (config.DATABASE_URL === undefined && !existsSync(join(config.dataDirectory, "postgres"))) {
    return [note("The embedded database does not exist yet: the first start makes it")];
  }
  const instance = await openInstance(config).catch((error: unknown) => error);
  if (instance instanceof Error) {
    return [problem(reasonOf(instance), instance instanceof StartError ? "See above." : "Is another command running?")];
  }
  const { databaseUrl, kind, close } = instance as Awaited<ReturnType<typeof openInstance>>;
  const place = kind === "external" ? withoutPassword(databaseUrl) : `The embedded database (${kind})`;
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return [
      ...(await checkServer(client, place)),
      await checkExtensions(client),
      ...(await checkRole(client)),
      ...(await checkMigrationState(client)),
      await checkWalls(client),
      await checkNotifications(databaseUrl),
    ];
  } catch (error) {
    const setting = config.DATABASE_DIRECT_URL === undefined ? "DATABASE_URL" : "DATABASE_DIRECT_URL";
    return [
      problem(
        `${place}: ${reasonOf(error)}`,
        `Check ${setting} (host, port, user, password, database) and that PostgreSQL runs and lets this machine in.`,
      ),
    ];
  } finally {
    await client.end().catch(() => undefined);
    await close();
  }
}

/** With DATABASE_DIRECT_URL, what DATABASE_URL leads to: most queries take that way. It must be the same database. */
async function checkPool(config: Config): Promise<Finding[]> {
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl } = config;
  if (url === undefined || directUrl === undefined) return [];
  const place = withoutPassword(url);
  try {
    const { user, member, ...database } = await lookAt(url);
    const direct = await lookAt(directUrl).catch(() => null);
    if (direct !== null && (direct.name !== database.name || direct.started !== database.started)) {
      return [
        problem(
          `${place} leads to another database than ${withoutPassword(directUrl)}`,
          "Point DATABASE_URL and DATABASE_DIRECT_URL to one database: the first through the pool, the second past it.",
        ),
      ];
    }
    if (member === false) {
      return [
        problem(
          `The user ${user} of DATABASE_URL is no member of mindmesh_app`,
          `As a superuser: GRANT mindmesh_app TO "${user}";`,
        ),
      ];
    }
    return [good(`${place} answers`)];
  } catch (error) {
    return [
      problem(
        `${place}: ${reasonOf(error)}`,
        "Check DATABASE_URL (host, port, user, password, database) and that the pool runs and lets this machine in.",
      ),
    ];
  }
}

/** Who one is at an address, and which database that is: its name, and when its server started, to the microsecond. */
async function lookAt(url: string) {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ user: string; name: string; started: string; member: boolean | null }>(
      `SELECT current_user AS user, current_database() AS name, pg_postmaster_start_time()::text AS started,
              (SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = 'mindmesh_app') AS member`,
    );
    return rows[0]!;
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function checkServer(client: pg.Client, place: string): Promise<Finding[]> {
  const before = Date.now();
  const { rows } = await client.query<{ version: number; name: string; now: Date; most: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
            clock_timestamp() AS now, current_setting('max_connections')::int AS most,
            current_setting('server_encoding') AS encoding`,
  );
  const [server] = rows;
  if (!server) return [];
  const away = Date.now() - before;
  const skew = Math.abs(server.now.getTime() - (before + away / 2)) - away;
  return [
    Math.floor(server.version / 10_000) >= oldestPostgres
      ? good(`${place}: PostgreSQL ${server.name}`)
      : problem(`${place}: PostgreSQL ${server.name} is too old`, `Use version ${oldestPostgres} or newer.`),
    ...(server.encoding === "UTF8"
      ? []
      : [problem(`The database's encoding is ${server.encoding}`, "Make it anew with ENCODING 'UTF8'.")]),
    skew > 5000
      ? warning(
          `The clocks of this machine and of the database are ${Math.round(skew / 1000)} s apart`,
          "Let both follow a time server (NTP): sign-ins, schedules and second factors depend on the time.",
        )
      : good("The clocks of this machine and of the database agree"),
    ...(server.most < 50
      ? [warning(`PostgreSQL allows only ${server.most} connections`, "Set max_connections to 50 per server or more.")]
      : []),
  ];
}

async function checkExtensions(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT name FROM pg_available_extensions WHERE name = ANY($1)",
    [neededExtensions],
  );
  const missing = neededExtensions.filter((name) => !rows.some((row) => row.name === name));
  if (missing.length === 0) return good(`Extensions ${neededExtensions.join(", ")} are available`);
  return problem(
    `PostgreSQL lacks ${missing.join(", ")}`,
    "Install its contrib package (Debian: postgresql-contrib), on the database's machine.",
  );
}

async function checkRole(client: pg.Client): Promise<Finding[]> {
  const { rows } = await client.query<{
    user: string;
    may_create_schema: boolean;
    may_create_role: boolean;
    role: boolean;
    member: boolean;
    dangerous: boolean;
  }>(
    `SELECT current_user AS user, has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
            (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS may_create_role,
            app.oid IS NOT NULL AS role, coalesce(pg_has_role(current_user, app.oid, 'MEMBER'), false) AS member,
            coalesce(app.rolsuper OR app.rolbypassrls OR app.rolcanlogin, false) AS dangerous
     FROM (VALUES (1)) one LEFT JOIN pg_roles app ON app.rolname = 'mindmesh_app'`,
  );
  const [rights] = rows;
  if (!rights) return [];
  const findings: Finding[] = [];
  if (!rights.may_create_schema) {
    findings.push(
      problem(
        `The user ${rights.user} may not make schemas`,
        `As a superuser: GRANT CREATE ON DATABASE <database> TO "${rights.user}"; or make it the database's owner.`,
      ),
    );
  }
  if (rights.dangerous) {
    findings.push(
      problem(
        "The role mindmesh_app may pass by row-level security, or sign in",
        "As a superuser: ALTER ROLE mindmesh_app NOLOGIN NOSUPERUSER NOBYPASSRLS;",
      ),
    );
  } else if (rights.role && !rights.member) {
    findings.push(
      problem(
        `The user ${rights.user} is no member of mindmesh_app`,
        `As a superuser: GRANT mindmesh_app TO "${rights.user}";`,
      ),
    );
  } else if (rights.role) findings.push(good("The role mindmesh_app exists and cannot pass by row-level security"));
  else if (rights.may_create_role)
    findings.push(note("The role mindmesh_app does not exist yet: the first start makes it"));
  else {
    findings.push(
      problem(
        "The role mindmesh_app does not exist, and this user may not make it",
        `As a superuser: CREATE ROLE mindmesh_app NOLOGIN NOBYPASSRLS; GRANT mindmesh_app TO "${rights.user}";`,
      ),
    );
  }
  return findings;
}

async function checkMigrationState(client: pg.Client): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const owner of migrationOwners) {
    const known = await migrationNames(owner);
    const applied = await appliedMigrations(client, owner.schema);
    const pending = known.filter((name) => !applied.includes(name));
    const newer = applied.filter((name) => !known.includes(name));
    if (newer.length > 0) {
      findings.push(
        note(`A newer Mindmesh has used this database (${owner.schema}: ${newer.join(", ")})`, "Update this one soon."),
      );
    }
    if (pending.length > 0) {
      const [are, them] = pending.length === 1 ? ["is", "it"] : ["are", "them"];
      const waiting = counted(pending.length, `migration of ${owner.schema}`, `migrations of ${owner.schema}`);
      findings.push(note(`${waiting} ${are} waiting: the next start runs ${them}`));
    } else findings.push(good(`All ${known.length} migrations of ${owner.schema} have run`));
  }
  return findings;
}

/** Whatever tenants may touch must be behind row-level security, with a policy. */
async function checkWalls(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ name: string; guarded: boolean }>(
    `SELECT n.nspname || '.' || c.relname AS name,
            c.relrowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid) AS guarded
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles app ON app.rolname = 'mindmesh_app'
     WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1)
       AND has_table_privilege(app.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')`,
    [migrationOwners.map(({ schema }) => schema)],
  );
  const open = rows.filter(({ guarded }) => !guarded).map(({ name }) => name);
  if (open.length === 0) return good(`Row-level security guards all ${rows.length} tables of the workspaces`);
  return problem(
    `Row-level security is off for ${open.join(", ")}: one workspace could see another's rows`,
    "Somebody has changed the tables by hand. Bring it back: ALTER TABLE ... ENABLE ROW LEVEL SECURITY;",
  );
}

/** Servers tell each other of events by NOTIFY, which a pool in transaction mode swallows. */
async function checkNotifications(databaseUrl: string): Promise<Finding> {
  const errors: unknown[] = [];
  const notifications = await openNotifications(databaseUrl, (error) => errors.push(error));
  const sender = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    const heard = new Promise<boolean>((resolve) => {
      notifications.on("mindmesh_doctor", () => resolve(true));
    });
    await wait(100);
    await sender.pool.query("SELECT pg_notify('mindmesh_doctor', '')");
    if (await Promise.race([heard, wait(2000, false)])) return good("Notifications arrive");
    return problem(
      "Notifications do not arrive: live updates would be lost",
      "DATABASE_URL leads through a pool in transaction mode. Point DATABASE_DIRECT_URL to PostgreSQL itself, or to a " +
        "pool in session mode.",
    );
  } finally {
    await notifications.close();
    await sender.close();
  }
}

async function checkReplicas(urls: string[]): Promise<Finding[]> {
  return Promise.all(
    urls.map(async (url) => {
      const place = withoutPassword(url);
      try {
        const { replica, behind } = await withClient(url, async (client) => {
          const { rows } = await client.query<{ replica: boolean; behind: number | null }>(
            `SELECT pg_is_in_recovery() AS replica,
                    extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8 AS behind`,
          );
          return rows[0]!;
        });
        if (!replica) return warning(`${place} is no replica`, "Check DATABASE_REPLICA_URLS.");
        const seconds = Math.round(behind ?? 0);
        if (seconds > 60) return warning(`The replica ${place} is ${seconds} s behind`, "Look at its log.");
        return good(`The replica ${place} answers`);
      } catch (error) {
        return problem(
          `The replica ${place}: ${reasonOf(error)}`,
          "Start it again, or check DATABASE_REPLICA_URLS; until then the primary answers in its place.",
        );
      }
    }),
  );
}
