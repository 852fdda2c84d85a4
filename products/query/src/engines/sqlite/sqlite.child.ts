// Runs in a process of its own, see startChild: holds one SQLite file and answers requests about it.
import { pathToFileURL } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { limitMyself } from "@mindmesh/kernel/isolated";
import type { ChildAnswers } from "../child/messages.ts";
import { serveChild } from "../child/serve-child.ts";
import { StatementFailure } from "../engine.ts";
import { authorizeStatements } from "./authorizer.ts";
import { checkSqliteFile } from "./check-file.ts";
import { sqliteFailure } from "./failures.ts";
import { introspectSqlite } from "./introspect.ts";
import { planSqlite } from "./plan.ts";
import { runSqlite } from "./run.ts";
import { bindable } from "./values.ts";

limitMyself();

/** Longest value, row or statement that SQLite makes: under the memory of the process, and of a V8 string. */
const limits = { length: 300 * 2 ** 20, sqlLength: 2 * 2 ** 20, attach: 0, exprDepth: 1000 };

let opened: { database: DatabaseSync; authorizer: ReturnType<typeof authorizeStatements>; warnings: string[] } | null =
  null;

async function open(path: string, access: "read" | "write"): Promise<void> {
  const warnings = await checkSqliteFile(path);
  const isReader = access === "read";
  // Immutable: the copy here has no other writer, and reading it needs no lock and leaves no file beside it.
  const place = isReader ? new URL(`${pathToFileURL(path).href}?immutable=1`) : path;
  const database = new DatabaseSync(place, {
    readOnly: isReader,
    readBigInts: true,
    returnArrays: true,
    allowExtension: false,
    defensive: true,
    enableForeignKeyConstraints: true,
    limits,
  });
  // Functions that a schema's author put into views or checks have no side effects here; those of SQLite that could are denied.
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
  // Reads the schema: here a damaged file and one with a foreign format are found.
  database.prepare("SELECT count(*) FROM sqlite_schema").all();
  opened = { database, authorizer: authorizeStatements(database), warnings };
}

function inUse() {
  if (opened === null) throw new Error("nothing is open");
  return opened;
}

function version(database: DatabaseSync): string {
  const [row] = database.prepare("SELECT sqlite_version()").all() as unknown as [string][];
  return `SQLite ${row?.[0]}`;
}

function write(sql: string, parameters: (string | null)[], commit: boolean, expectedRows: number | null) {
  const { database, authorizer } = inUse();
  database.exec("BEGIN IMMEDIATE");
  const statement = authorizer.as("write", () => database.prepare(sql));
  const changes = () => Number((database.prepare("SELECT total_changes()").all() as unknown as [bigint][])[0]?.[0]);
  const before = changes();
  const { changes: affected } = statement.run(...parameters.map(bindable));
  // A statement that changes no rows of its own, such as CREATE, repeats the count of the one before.
  const affectedRows = changes() === before ? 0 : Number(affected);
  const [broken] = database.prepare("PRAGMA foreign_key_check").all() as unknown as [string, bigint, string][];
  if (broken) {
    throw new StatementFailure(
      "other",
      `A row of ${broken[0]} would refer to a row of ${broken[2]} that is not there.`,
    );
  }
  if (commit && expectedRows !== null && expectedRows !== affectedRows) {
    throw new StatementFailure(
      "other",
      `Nothing was changed: ${affectedRows} rows would be affected by now, not ${expectedRows}. Look at the preview again.`,
    );
  }
  database.exec(commit ? "COMMIT" : "ROLLBACK");
  database.close();
  return { affectedRows };
}

serveChild(async (request, turn) => {
  if (request.ask === "open") return open(request.path, request.access);
  const { database, authorizer, warnings } = inUse();
  if (request.ask === "run" || request.ask === "plan") authorizer.hide(request.hidden);
  switch (request.ask) {
    case "report":
      return {
        serverVersion: version(database),
        user: "",
        database: "main",
        encrypted: false,
        warnings,
        leastPrivilegeScript: null,
      } satisfies ChildAnswers["report"];
    case "introspect":
      return introspectSqlite(database, version(database), request.samples, turn.progress);
    case "run":
      return runSqlite(database, authorizer, request, turn);
    case "plan":
      return planSqlite(database, authorizer, request);
    case "write":
      return write(request.sql, request.parameters, request.commit, request.expectedRows);
    default:
      throw new Error(`${request.ask} is another program's work`);
  }
}, sqliteFailure);
