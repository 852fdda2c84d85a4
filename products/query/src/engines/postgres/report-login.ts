import type { LoginReport } from "../engine.ts";
import type { Login } from "./login.ts";
import { ask, begin, leaveNothing } from "./transaction.ts";

const question = `
SELECT current_setting('server_version'), current_user, current_database(),
  r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication,
  (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'm', 'f')
    AND c.relnamespace NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname LIKE 'pg\\_temp%' OR nspname LIKE 'pg\\_toast%')),
  (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relowner <> r.oid
    AND n.nspname NOT LIKE 'pg\\_toast%'
    AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AND has_schema_privilege(n.oid, 'USAGE')),
  has_database_privilege(current_database(), 'CREATE'),
  (SELECT string_agg(g.rolname, ', ') FROM pg_catalog.pg_roles g
    WHERE g.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_write_all_data',
      'pg_signal_backend', 'pg_maintain', 'pg_checkpoint') AND pg_has_role(r.oid, g.oid, 'USAGE') AND NOT r.rolsuper),
  (SELECT string_agg(DISTINCT quote_ident(n.nspname), ', ') FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%')
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

const isTrue = (value: string | null | undefined) => value === "t";

/** What the login may do, and what a careful admin should know of it. */
export async function reportLogin(login: Login): Promise<LoginReport> {
  await begin(login, "read", 30);
  try {
    const { rows } = await ask(login, question);
    const [version, user, database, superuser, bypass, roles, replication, owned, writable, creates, powers, schemas] =
      rows[0] ?? [];
    const warnings: string[] = [];
    if (isTrue(superuser)) {
      warnings.push("The login is a superuser: it may do everything on this server. Use a login that may only read.");
    } else {
      if (isTrue(bypass)) warnings.push("The login passes by row-level security (BYPASSRLS).");
      if (isTrue(roles)) warnings.push("The login may make other logins (CREATEROLE).");
      if (isTrue(replication)) warnings.push("The login may replicate the whole server (REPLICATION).");
      if (powers) warnings.push(`The login has rights over the server itself: ${powers}.`);
      if (isTrue(creates)) warnings.push("The login may make new schemas in this database.");
    }
    if (Number(owned) > 0) {
      warnings.push(`The login owns ${owned} ${owned === "1" ? "table" : "tables"}, and may so change and drop them.`);
    }
    if (Number(writable) > 0 && !isTrue(superuser)) {
      warnings.push(`The login may write to ${writable} ${writable === "1" ? "table" : "tables"} that others own.`);
    }
    if (!login.encrypted) warnings.push("The connection is not encrypted: rows and the statements travel in the open.");
    return {
      serverVersion: `PostgreSQL ${version ?? ""}`,
      user: user ?? "",
      database: database ?? "",
      encrypted: login.encrypted,
      warnings,
      leastPrivilegeScript: script(database ?? "", schemas ?? "public"),
    };
  } finally {
    await leaveNothing(login);
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** For an admin of the database; the password is to be chosen there, so that it passes through nobody else's hands. */
function script(database: string, schemas: string): string {
  return [
    "-- Run as the owner of the database, then use the login mindmesh_reader here.",
    "CREATE ROLE mindmesh_reader LOGIN PASSWORD 'choose a long one' NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 20;",
    "ALTER ROLE mindmesh_reader SET default_transaction_read_only = on;",
    `GRANT CONNECT ON DATABASE ${quoted(database)} TO mindmesh_reader;`,
    `GRANT USAGE ON SCHEMA ${schemas} TO mindmesh_reader;`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA ${schemas} TO mindmesh_reader;`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schemas} GRANT SELECT ON TABLES TO mindmesh_reader;`,
    "-- Functions that people made can be called by everybody until this is run; whoever needs one gets it by a GRANT.",
    `REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schemas} FROM PUBLIC;`,
    `REVOKE TEMPORARY ON DATABASE ${quoted(database)} FROM PUBLIC;`,
  ].join("\n");
}
