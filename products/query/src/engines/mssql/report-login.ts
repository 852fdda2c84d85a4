import type { LoginReport } from "../engine.ts";
import { type Login, ask } from "./login.ts";

/** What the login may do, and what a careful admin should know of it. */
export async function reportLogin(login: Login): Promise<LoginReport> {
  const [row = []] = await ask(
    login,
    `SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(100)), SUSER_SNAME(), DB_NAME(), CAST(IS_SRVROLEMEMBER('sysadmin') AS int),
       CAST(IS_ROLEMEMBER('db_owner') AS int), CAST(IS_ROLEMEMBER('db_datawriter') AS int), CAST(IS_ROLEMEMBER('db_ddladmin') AS int),
       CAST(IS_ROLEMEMBER('db_datareader') AS int), CAST(HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'EXECUTE') AS int)`,
  );
  const [version, user, database, admin, owner, writer, ddl, reader, execute] = row;
  const warnings: string[] = [];
  if (admin === "1")
    warnings.push("The login is sysadmin: it may do everything on this server. Use a login that may only read.");
  else if (owner === "1") warnings.push("The login owns the database (db_owner) and may change everything in it.");
  else {
    if (writer === "1") warnings.push("The login may write to every table (db_datawriter).");
    if (ddl === "1") warnings.push("The login may make, change and drop tables (db_ddladmin).");
    if (execute === "1") warnings.push("The login may run every procedure of the database (EXECUTE).");
    if (reader !== "1") warnings.push("The login is not in db_datareader: some tables may not be seen.");
  }
  warnings.push(
    "SQL Server has no read-only transaction. Only a login that may not write keeps changes out for certain.",
  );
  if (!login.encrypted) warnings.push("The connection is not encrypted: rows and the statements travel in the open.");
  const name = (database ?? "").replaceAll("]", "]]");
  return {
    serverVersion: `SQL Server ${version ?? ""}`,
    user: user ?? "",
    database: database ?? "",
    encrypted: login.encrypted,
    warnings,
    leastPrivilegeScript: [
      "-- Run as an admin of the server, then use the login mindmesh_reader here.",
      "CREATE LOGIN mindmesh_reader WITH PASSWORD = 'choose a long one';",
      `USE [${name}];`,
      "CREATE USER mindmesh_reader FOR LOGIN mindmesh_reader;",
      "ALTER ROLE db_datareader ADD MEMBER mindmesh_reader;",
      "ALTER ROLE db_denydatawriter ADD MEMBER mindmesh_reader;",
      "GRANT VIEW DEFINITION TO mindmesh_reader;",
      "GRANT SHOWPLAN TO mindmesh_reader;",
    ].join("\n"),
  };
}
