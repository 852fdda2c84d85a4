// Runs in a process of its own, see startChild: holds one DuckDB database and answers requests about it, or makes one of files.
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { limitMyself } from "@mindmesh/kernel/isolated";
import type { ChildAnswers } from "../child/messages.ts";
import { serveChild } from "../child/serve-child.ts";
import { ConnectionFailure, StatementFailure } from "../engine.ts";
import { duckdbFailure } from "./failures.ts";
import { introspectDuckdb } from "./introspect.ts";
import { loadFiles } from "./load-files.ts";
import { bindParameters } from "./parameters.ts";
import { planDuckdb } from "./plan.ts";
import { refuseHiddenNames } from "./kept-texts.ts";
import { literal, rowsOf } from "./rows.ts";
import { runDuckdb } from "./run.ts";

limitMyself();

/** Under the memory of the process, which has to hold Node and what is being sent, too. */
const settings = {
  threads: "2",
  memory_limit: "1GiB",
  max_temp_directory_size: "4GiB",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

let opened: { instance: DuckDBInstance; connection: DuckDBConnection } | null = null;

async function open(path: string, access: "read" | "write", scratch: string): Promise<void> {
  let instance: DuckDBInstance;
  try {
    instance = await DuckDBInstance.create(path, {
      access_mode: access === "read" ? "READ_ONLY" : "READ_WRITE",
      ...settings,
      temp_directory: scratch,
      // After the directory, which could not be set any more.
      enable_external_access: "false",
    });
  } catch (error) {
    throw openingFailure(error);
  }
  const connection = await instance.connect();
  // Times with a zone are written in the same zone wherever the server stands.
  await connection.run("SET TimeZone = 'UTC'; SET errors_as_json = true; SET lock_configuration = true");
  opened = { instance, connection };
}

function openingFailure(error: unknown): Error {
  const message = (error as Error).message;
  const plain = /newer version|older version|storage version|Serialization/i.test(message)
    ? "The file was written by a version of DuckDB that cannot be read here. Open it with the newest one and EXPORT it again."
    : /WAL/.test(message)
      ? "The database was not closed well: its .wal file is missing. Open it once where it is used and CHECKPOINT it."
      : /encrypt/i.test(message)
        ? "The database is encrypted. Upload one that is not."
        : /not a valid DuckDB|read magic|checksum|Corrupt|read enough bytes/i.test(message)
          ? "The file is damaged or cut off. Upload it again, whole."
          : null;
  return plain === null ? (error as Error) : new ConnectionFailure("file", plain, error);
}

function inUse() {
  if (opened === null) throw new Error("nothing is open");
  return opened;
}

async function report(connection: DuckDBConnection): Promise<ChildAnswers["report"]> {
  const [version] = await rowsOf<[string]>(connection, "SELECT version()");
  // Notes that loading has left at a table: what was skipped, and in which encoding it was read.
  const notes = await rowsOf<[string, string]>(
    connection,
    "SELECT table_name, comment FROM duckdb_tables() WHERE comment LIKE '%could not be read, the first is%' OR comment LIKE 'The file is not UTF-8%'",
  );
  return {
    serverVersion: `DuckDB ${version?.[0]}`,
    user: "",
    database: "main",
    encrypted: false,
    warnings: notes.map(([table, note]) => `${table}: ${note}`),
    leastPrivilegeScript: null,
  };
}

async function write(sql: string, parameters: (string | null)[], commit: boolean, expectedRows: number | null) {
  const { instance, connection } = inUse();
  await connection.run("BEGIN");
  const statement = await connection.prepare(sql);
  await bindParameters(connection, statement, parameters);
  const affectedRows = (await statement.run()).rowsChanged;
  if (commit && expectedRows !== null && expectedRows !== affectedRows) {
    throw new StatementFailure(
      "other",
      `Nothing was changed: ${affectedRows} rows would be affected by now, not ${expectedRows}. Look at the preview again.`,
    );
  }
  await connection.run(commit ? "COMMIT" : "ROLLBACK");
  await connection.run("CHECKPOINT");
  connection.closeSync();
  instance.closeSync();
  opened = null;
  return { affectedRows };
}

serveChild(async (request, turn) => {
  if (request.ask === "open") return open(request.path, request.access, request.scratch);
  if (request.ask === "load") {
    const instance = await DuckDBInstance.create(request.path, { ...settings, temp_directory: request.scratch });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'; SET temp_directory = ${literal(request.scratch)}`);
    await loadFiles(connection, request.files, request.scratch, turn.progress);
    await connection.run("CHECKPOINT");
    connection.closeSync();
    instance.closeSync();
    return null;
  }
  const { connection } = inUse();
  if (request.ask === "run" || request.ask === "plan") await refuseHiddenNames(connection, request);
  switch (request.ask) {
    case "report":
      return report(connection);
    case "introspect": {
      const { serverVersion } = await report(connection);
      return introspectDuckdb(connection, serverVersion, request.samples, turn.progress);
    }
    case "run":
      return runDuckdb(connection, request, turn);
    case "plan":
      return planDuckdb(connection, request);
    case "write":
      return write(request.sql, request.parameters, request.commit, request.expectedRows);
    default:
      throw new Error(`${request.ask} is another program's work`);
  }
}, duckdbFailure);
