/**
 * Functions of PostgreSQL and its usual extensions that are declared volatile because their answer changes, not because they change
 * anything.
 */
export const harmlessVolatile: ReadonlySet<string> = new Set([
  "clock_timestamp",
  "gen_random_bytes",
  "gen_random_uuid",
  "pg_blocking_pids",
  "pg_current_wal_insert_lsn",
  "pg_current_wal_lsn",
  "pg_database_size",
  "pg_indexes_size",
  "pg_is_in_recovery",
  "pg_is_wal_replay_paused",
  "pg_last_wal_receive_lsn",
  "pg_last_wal_replay_lsn",
  "pg_last_xact_replay_timestamp",
  "pg_lock_status",
  "pg_relation_size",
  "pg_sequence_last_value",
  "pg_stat_statements",
  "pg_stat_statements_info",
  "pg_table_size",
  "pg_tablespace_size",
  "pg_total_relation_size",
  "random",
  "random_normal",
  "timeofday",
  "uuid_generate_v1",
  "uuid_generate_v1mc",
  "uuid_generate_v4",
  "uuidv4",
  "uuidv7",
]);

/**
 * Functions that run a text as SQL, or build and run one: whatever they are declared as, nobody can see in the statement what they
 * will do. Trees of `dblink_…` and `…_to_xml…` are told by pattern, since extensions and versions add to them.
 */
export function runsText(name: string): boolean {
  return (
    stringExecuting.has(name) || /^dblink(_|$)/.test(name) || /^(query|table|cursor|schema|database)_to_xml/.test(name)
  );
}
const stringExecuting: ReadonlySet<string> = new Set([
  "connectby",
  "crosstab",
  "crosstab2",
  "crosstab3",
  "crosstab4",
  "crosstab_hash",
  "ts_rewrite",
  "ts_stat",
  "xpath_table",
]);
