/** What is asked of PostgreSQL's own catalogue. Rows are arrays in the order of the columns here; all of user-made schemas. */

const ownSchemas = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(temp|toast_temp)_'`;
const ownRelations = `c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${ownSchemas}`;
const relations = `pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`;

export const aboutServer = `
SELECT current_setting('server_version'), array_to_json(current_schemas(false))`;

/** oid, schema, name, kind, comment, row estimate, bytes, definition of a view, sequential scans, analyzed at, may be read in part, may be read whole, tables it is a part of */
export const aboutTables = `
SELECT c.oid, n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class'),
  CASE WHEN c.reltuples >= 0 AND c.relkind <> 'v' THEN c.reltuples END,
  CASE WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) END,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
  s.seq_scan, to_char(greatest(s.last_analyze, s.last_autoanalyze) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT')),
  has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
  (SELECT json_agg(json_build_object('schema', s.nspname, 'name', w.relname) ORDER BY i.inhseqno) FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class w ON w.oid = i.inhparent JOIN pg_catalog.pg_namespace s ON s.oid = w.relnamespace WHERE i.inhrelid = c.oid)
FROM ${relations} LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
WHERE ${ownRelations} ORDER BY n.nspname, c.relname`;

/** table, name, type, type's own name, typtype, typcategory, nullable, default, identity, generated, comment, enum, length, numeric modifier */
export const aboutColumns = `
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname), coalesce(b.typtype, t.typtype),
  coalesce(b.typcategory, t.typcategory), NOT a.attnotnull AND NOT t.typnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
  col_description(a.attrelid, a.attnum), CASE WHEN coalesce(b.typtype, t.typtype) = 'e' THEN coalesce(b.oid, t.oid) END,
  coalesce(b.typname, t.typname), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END
FROM ${relations} JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid LEFT JOIN pg_catalog.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE ${ownRelations} ORDER BY a.attrelid, a.attnum`;

/** enum, schema, name, comment, values */
export const aboutEnums = `
SELECT t.oid, n.nspname, t.typname, obj_description(t.oid, 'pg_type'), json_agg(e.enumlabel ORDER BY e.enumsortorder)
FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
GROUP BY t.oid, n.nspname, t.typname ORDER BY n.nspname, t.typname`;

/** table, kind, name, columns, other schema, other table, other columns, on delete, on update, definition, deferrable */
export const aboutConstraints = `
SELECT k.conrelid, k.contype, k.conname,
  (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
  fn.nspname, f.relname,
  (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
  k.confdeltype, k.confupdtype, CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END, k.condeferrable
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
WHERE k.contype IN ('p', 'u', 'f', 'c') AND ${ownRelations} ORDER BY k.conrelid, k.conname`;

/** table, name, parts, number of key parts, unique, primary, method, condition, bytes, scans, valid */
export const aboutIndexes = `
SELECT i.indrelid, x.relname,
  (SELECT json_agg(pg_get_indexdef(i.indexrelid, place, true) ORDER BY place) FROM generate_series(1, i.indnatts) place),
  i.indnkeyatts, i.indisunique, i.indisprimary, m.amname, pg_get_expr(i.indpred, i.indrelid), pg_relation_size(i.indexrelid), s.idx_scan,
  i.indisvalid AND i.indisready
FROM ${relations} JOIN pg_catalog.pg_index i ON i.indrelid = c.oid JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = x.relam LEFT JOIN pg_catalog.pg_stat_all_indexes s ON s.indexrelid = i.indexrelid
WHERE ${ownRelations} ORDER BY i.indrelid, x.relname`;

/** schema, table, column, share of NULL, distinct, average bytes, common values, their shares, histogram; $1: whether values are wanted */
export const aboutStatistics = `
SELECT s.schemaname, s.tablename, s.attname, s.null_frac, s.n_distinct, s.avg_width,
  CASE WHEN $1::boolean THEN array_to_json(s.most_common_vals::text::text[]) END, CASE WHEN $1 THEN array_to_json(s.most_common_freqs) END,
  CASE WHEN $1 THEN array_to_json(s.histogram_bounds::text::text[]) END
FROM pg_catalog.pg_stats s JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname WHERE ${ownSchemas}`;

/** schema, name, arguments, returns, kind, language, volatility, security definer, comment; not those of extensions */
export const aboutFunctions = `
SELECT n.nspname, p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prokind, l.lanname, p.provolatile, p.prosecdef,
  obj_description(p.oid, 'pg_proc')
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE ${ownSchemas} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
  WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY n.nspname, p.proname, p.oid`;
