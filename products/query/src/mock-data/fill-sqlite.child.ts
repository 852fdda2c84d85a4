// Runs in a process of its own, see startChild: writes made-up rows into a copy of somebody's SQLite file.
import { DatabaseSync } from "node:sqlite";
import { limitMyself } from "@mindmesh/kernel/isolated";
import { serveChild } from "../engines/child/serve-child.ts";
import { StatementFailure } from "../engines/engine.ts";
import { checkSqliteFile } from "../engines/sqlite/check-file.ts";
import { sqliteFailure } from "../engines/sqlite/failures.ts";
import { rowsOf } from "../engines/sqlite/rows.ts";
import { MockImpossible } from "./made-table.ts";
import { makeMockRows } from "./mock-rows.ts";
import { writeSqlite } from "./write-sqlite.ts";

limitMyself();

serveChild(async (request, turn) => {
  if (request.ask !== "fill") throw new Error("this program only fills a database");
  await checkSqliteFile(request.path);
  const database = new DatabaseSync(request.path, { readBigInts: true, returnArrays: true, defensive: true });
  // The copy is thrown away when anything fails. Keys may wait for the end, where rows refer to each other in a ring.
  database.exec(
    "PRAGMA trusted_schema = OFF; PRAGMA synchronous = OFF; BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON",
  );
  const { plan, tables } = request;
  const planned = Math.max(
    1,
    plan.tables.reduce((sum, { rows }) => sum + rows, 0),
  );
  try {
    const rows = await writeSqlite(database, makeMockRows(plan, tables), (written, table) =>
      turn.progress(written / planned, table),
    );
    const [broken] = rowsOf<[string, bigint, string]>(database, "PRAGMA foreign_key_check");
    if (broken)
      throw new StatementFailure("other", `A row of ${broken[0]} refers to a row of ${broken[2]} that is not there.`);
    database.exec("COMMIT");
    database.close();
    return { rows };
  } catch (error) {
    if (error instanceof MockImpossible) throw new StatementFailure("other", error.message);
    throw error;
  }
}, sqliteFailure);
