import { constants, type DatabaseSync } from "node:sqlite";
import type { HiddenHere } from "../../guard/guard.ts";

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

/** Tables that virtual ones keep their content in; https://www.sqlite.org/vtab.html#the_xshadowname_method */
const ofVirtualTables = /_(?:content|data|idx|docsize|config|segments|segdir|stat|node|parent|rowid)$/;

/**
 * SQLite asks it, while it compiles a statement, about each thing that the statement would do, and refuses the statement at
 * the first no. It asks about every column that is read, also by a view. `own` is for what the engine itself runs.
 */
export function authorizeStatements(database: DatabaseSync) {
  let mode: "own" | "read" | "write" = "own";
  let isHidden: (table: string, column: string) => boolean = () => false;
  database.setAuthorizer((action, first, second) => {
    if (mode === "own") return constants.SQLITE_OK;
    if (action === constants.SQLITE_READ && isHidden(first ?? "", second ?? "")) return constants.SQLITE_DENY;
    return isAllowed(mode, action, first, second) ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
  return {
    /** From now on these tables and columns cannot be read. */
    hide(hidden: readonly HiddenHere[]): void {
      const names = new Set(hidden.map(({ table, column }) => place(table, column ?? "*")));
      isHidden = (table, column) =>
        names.has(place(table, "*")) ||
        names.has(place(table, column)) ||
        names.has(place(table.replace(ofVirtualTables, ""), "*"));
    },
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

const place = (table: string, column: string) => JSON.stringify([table.toLowerCase(), column.toLowerCase()]);

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
