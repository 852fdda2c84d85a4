interface Denial {
  names: RegExp;
  reason: string;
  instead: string | null;
}

const everything = (words: string) => new RegExp(`^(?:${words.trim().replaceAll(/\s+/g, "|")})$`);

const denials: Denial[] = [
  {
    names: everything(`pg_sleep\\w*`),
    reason: "It makes the database wait and holds the connection.",
    instead: "Leave it out.",
  },
  {
    names: everything(`
      query_to_xml\\w* table_to_xml\\w* schema_to_xml\\w* database_to_xml\\w* cursor_to_xml\\w* ts_stat
      dblink\\w* crosstab\\w* connectby\\w* xpath_table query_export_to_s3 table_import_from_s3
      pgr_\\w+ plpgsql_inline_handler plv8_inline_handler`),
    reason: "It runs or reads what a text names, which nobody can check before.",
    instead: "Write the query itself, as a subquery or a CTE.",
  },
  {
    names: everything(`
      pg_read_\\w+ pg_ls_\\w+ pg_stat_file pg_file_\\w+ pg_logdir_ls pg_current_logfile pg_hba_file_rules
      pg_ident_file_mappings pg_show_all_file_settings pg_get_backend_memory_contexts bt_page_\\w+ get_raw_page
      heap_page_\\w+ brin_page_\\w+ gin_page_\\w+ gist_page_\\w+ hash_page_\\w+ tuple_data_split
      pg_get_wal_record\\w* pg_get_wal_block\\w*`),
    reason: "It reads files, pages or settings of the database server itself.",
    instead: null,
  },
  {
    names: everything(`
      lo_creat lo_create lo_export lo_from_bytea lo_get lo_import lo_lseek lo_lseek64 lo_open lo_close lo_put lo_tell
      lo_tell64 lo_truncate lo_truncate64 lo_unlink lo_manage loread lowrite`),
    reason: "It opens, writes or reads large objects, which no rights on tables cover.",
    instead: null,
  },
  {
    names: everything(`setval set_config setseed`),
    reason: "It changes a sequence or a setting.",
    instead: "`current_setting('name')` reads a setting; `select last_value from the_sequence` reads a sequence.",
  },
  {
    names: everything(`pg_advisory_\\w+ pg_try_advisory_\\w+ pg_isolation_test_session_is_blocked`),
    reason: "It takes or frees a lock that other programs wait for.",
    instead: null,
  },
  {
    names: everything(`
      pg_terminate_\\w+ pg_cancel_\\w+ pg_reload_conf pg_rotate_\\w+ pg_switch_\\w+ pg_create_\\w+ pg_drop_\\w+
      pg_copy_\\w+ pg_promote\\w* pg_wal_replay_\\w+ pg_xlog_\\w+ pg_backup_\\w+ pg_start_backup pg_stop_backup
      pg_export_snapshot pg_import_\\w+ pg_log_\\w+ pg_logical_\\w+ pg_replication_origin_\\w+
      pg_replication_slot_advance pg_sync_\\w+ pg_stat_reset\\w* pg_stat_clear_snapshot pg_stat_force_next_flush
      pg_clear_\\w+ pg_restore_\\w+ pg_set_\\w+ pg_notify pg_nextoid pg_stop_making_pinned_objects
      pg_extension_config_dump pg_prewarm pg_buffercache_evict\\w* pg_truncate_\\w+ heap_force_\\w+ autoprewarm_\\w+
      brin_summarize_\\w+ brin_desummarize_\\w+ gin_clean_pending_list binary_upgrade_\\w+ pg_stat_statements_reset\\w*
      postgres_fdw_disconnect\\w* txid_current pg_current_xact_id currtid\\w* pg_cron_\\w+ `),
    reason: "It acts on the database server: its sessions, log, statistics, replication, or others who listen.",
    instead: null,
  },
  {
    names: everything(`nextval`),
    reason: "It uses up a number of a sequence, also when everything is rolled back.",
    instead: "`select last_value from the_sequence` reads it.",
  },
];

/** `nextval` is what an INSERT may need. */
const allowedInChanges = new Set(["nextval"]);

/**
 * Why a function of PostgreSQL or of an extension that ships with it may not be called, whichever schema it is called by; null
 * for all others. These are known by name; what else is volatile is found by the second look at `pg_proc`.
 * The name is unquoted and decoded.
 */
export function functionDenial(
  name: string,
  access: "read" | "write",
): { reason: string; instead: string | null } | null {
  const lower = name.toLowerCase();
  if (access === "write" && allowedInChanges.has(lower)) return null;
  return known.get(lower) ?? remember(lower);
}

const known = new Map<string, Denial | null>();
const mostKnown = 5000;

/** Names come back: a statement of 1 kB would pay a fifth of its check for these patterns. */
function remember(name: string): Denial | null {
  const denial = denials.find(({ names }) => names.test(name)) ?? null;
  if (known.size >= mostKnown) known.clear();
  known.set(name, denial);
  return denial;
}

/**
 * Volatile functions of PostgreSQL that change nothing, for the second look, which refuses all other volatile ones: chance, the
 * clock, sizes and what the server says of itself.
 */
export const harmlessVolatileFunctions: ReadonlySet<string> = new Set(
  `random random_normal gen_random_uuid uuidv4 uuidv7 uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_random_bytes
   gen_salt clock_timestamp timeofday currval lastval current_query
   pg_database_size pg_tablespace_size pg_relation_size pg_table_size pg_indexes_size pg_total_relation_size
   pg_partition_tree pg_partition_ancestors pg_sequence_last_value pg_blocking_pids pg_safe_snapshot_blocking_pids
   pg_lock_status pg_prepared_xact pg_is_in_recovery pg_is_wal_replay_paused pg_get_wal_replay_pause_state
   pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_current_wal_lsn
   pg_current_wal_insert_lsn pg_current_wal_flush_lsn pg_last_committed_xact pg_xact_commit_timestamp
   pg_xact_commit_timestamp_origin pg_xact_status txid_status pg_jit_available pg_notification_queue_usage
   pg_collation_actual_version pg_database_collation_actual_version pg_control_checkpoint pg_control_init
   pg_control_recovery pg_control_system pg_stat_have_stats pg_stat_get_recovery_prefetch
   pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls
   pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time pg_stat_get_xact_numscans
   pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_hot_updated
   pg_stat_get_xact_tuples_inserted pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated
   pg_stat_statements pg_stat_statements_info pgstattuple pgstatindex pg_freespace bernoulli system system_rows system_time
   ts_rewrite`
    .trim()
    .split(/\s+/),
);
