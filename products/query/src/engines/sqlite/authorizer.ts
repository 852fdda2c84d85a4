import { constants, type DatabaseSync } from "node:sqlite";

/** Functions that reach beyond the database or its memory. The first would load machine code; it is off anyway. */
const deniedFunctions = new Set(["load_extension", "fts3_tokenizer", "sqlite_log", "rtreecheck"]);

/** Pragmas that only tell something; with their schema argument they change nothing. */
const tellingPragmas = new Set([
  "collation_list",
  "compile_options",
  "foreign_key_check",
  "foreign_key_list",
  "function_list",
  "index_info",
  "index_list",
  "index_xinfo",
  "integrity_check",
  "quick_check",
  "table_info",
  "table_list",
  "table_xinfo",
]);

/** The same without an argument, by which they would set something. */
const silentPragmas = new Set([
  "application_id",
  // Full-text indexes ask for it when they are read.
  "data_version",
  "encoding",
  "foreign_keys",
  "freelist_count",
  "page_count",
  "page_size",
  "schema_version",
  "user_version",
]);

const reading = new Set([constants.SQLITE_SELECT, constants.SQLITE_READ, constants.SQLITE_RECURSIVE]);

/** A write may change rows and the schema, but neither the transaction that it is rolled back with nor another file. */
const neverWritten = new Set([
  constants.SQLITE_ATTACH,
  constants.SQLITE_DETACH,
  constants.SQLITE_TRANSACTION,
  constants.SQLITE_SAVEPOINT,
  constants.SQLITE_CREATE_VTABLE,
  constants.SQLITE_DROP_VTABLE,
]);

/**
 * SQLite asks it, while it compiles a statement, about each thing that the statement would do, and refuses the statement at
 * the first no. `own` is for what the engine itself runs.
 */
export function authorizeStatements(database: DatabaseSync) {
  let mode: "own" | "read" | "write" = "own";
  database.setAuthorizer((action, first, second) => {
    if (mode === "own") return constants.SQLITE_OK;
    return isAllowed(mode, action, first, second) ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
  return {
    as<T>(who: "read" | "write", work: () => T): T {
      mode = who;
      try {
        return work();
      } finally {
        mode = "own";
      }
    },
  };
}

/** @param first,second what SQLite passes with the action: names of a pragma and its value, of a function… */
function isAllowed(mode: "read" | "write", action: number, first: string | null, second: string | null): boolean {
  if (reading.has(action)) return true;
  if (action === constants.SQLITE_FUNCTION) return !deniedFunctions.has((second ?? "").toLowerCase());
  if (action === constants.SQLITE_PRAGMA) {
    const name = (first ?? "").toLowerCase();
    return tellingPragmas.has(name) || (silentPragmas.has(name) && second === null);
  }
  return mode === "write" && !neverWritten.has(action);
}
