/** Tables and views of PostgreSQL with password hashes, passwords, keys or the contents of files. */
const always: ReadonlySet<string> = new Set([
  "pg_authid",
  "pg_shadow",
  "pg_user_mapping",
  "pg_user_mappings",
  "_pg_user_mappings",
  "user_mapping_options",
  "pg_subscription",
  "pg_largeobject",
  "pg_largeobject_metadata",
  "pg_file_settings",
  "pg_hba_file_rules",
  "pg_ident_file_mappings",
  "pg_db_role_setting",
  "pg_backend_memory_contexts",
]);

/** Those with values from the rows of other tables, or with other people's statements: no place for what is hidden. */
const whereSomethingIsHidden: ReadonlySet<string> = new Set([
  "pg_statistic",
  "pg_statistic_ext_data",
  "pg_stats",
  "pg_stats_ext",
  "pg_stats_ext_exprs",
  "pg_stat_activity",
  "pg_stat_statements",
  "pg_stat_get_activity",
]);

const catalogSchemas = new Set(["pg_catalog", "information_schema"]);

/** Why a table of the system may not be read; null for all others. Names are unquoted, as PostgreSQL looks them up. */
export function secretTable(schema: string | null, name: string, somethingIsHidden: boolean): string | null {
  if (schema === "pg_toast" || schema?.startsWith("pg_toast_temp") === true) {
    return "It holds the long values of other tables, past their own rights.";
  }
  if (schema !== null && !catalogSchemas.has(schema) && schema !== "public") return null;
  if (always.has(name)) return "It holds secrets of the database server.";
  if (somethingIsHidden && whereSomethingIsHidden.has(name)) {
    return "It shows values of columns and statements of others, and some columns are hidden here.";
  }
  return null;
}
