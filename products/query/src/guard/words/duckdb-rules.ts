import { refuse } from "../refused.ts";
import { each, files, otherDatabase, prepared, rowChange, server, setting, structure, transaction } from "./advice.ts";
import { namedTables } from "./named-tables.ts";
import { isKeyword, isSymbol, type Piece, placeOf } from "./piece.ts";
import { anyOf, type WordRules } from "./word-rules.ts";

const pragmas = new Set(
  `table_info show show_tables show_tables_expanded show_databases database_list database_size storage_info version platform
   functions collations user_agent metadata_info`.split(/\s+/),
);

export const duckdbRules: WordRules = {
  engine: "duckdb",
  beginnings: {
    select: "query",
    with: "query",
    values: "query",
    from: "query",
    table: "query",
    pivot: "query",
    unpivot: "query",
    explain: "explain",
    describe: "show",
    desc: "show",
    show: "show",
    summarize: "show",
    pragma: "show",
  },
  otherBeginnings: {
    ...each("insert update delete merge truncate", rowChange),
    ...each("create alter drop comment analyze vacuum", structure),
    ...each("set reset use", setting),
    ...each("begin start commit rollback abort", transaction),
    ...each("prepare execute deallocate", prepared),
    ...each("copy export import", files),
    ...each("attach detach", otherDatabase),
    ...each("install load force update_extensions", ["It brings programs into the engine.", null]),
    ...each("checkpoint call", server),
  },
  refusedWords: [],
  changeVerbs: ["insert", "update", "delete", "merge"],
  functions: [
    {
      names: anyOf(`
        read_\\w+ parquet_\\w+ sniff_csv glob st_read\\w* st_drivers \\w+_scan \\w+_scan_\\w+ \\w+_attach open_prompt
        read_xlsx shapefile_meta load_aws_credentials \\w+_snapshots iceberg_\\w+ delta_\\w+`),
      advice: files,
    },
    { names: anyOf(`\\w+_query \\w+_execute http_\\w+`), advice: otherDatabase },
    { names: anyOf(`query query_table from_substrait\\w* json_execute_serialized_sql`), advice: prepared },
    {
      names: anyOf(`getenv duckdb_secrets which_secret current_database_secrets`),
      advice: ["It reads secrets or the settings of the program around it.", null],
    },
    {
      names: anyOf(
        `nextval setseed checkpoint force_checkpoint write_log enable_\\w+ disable_\\w+ add_parquet_key pg_\\w+sleep`,
      ),
      advice: ["It changes a sequence, a setting or the state of the engine.", null],
    },
  ],
  secretTable: (_schema, name, somethingIsHidden) => {
    if (name === "duckdb_secrets") return "It holds secrets of other services.";
    return somethingIsHidden && name === "duckdb_logs"
      ? "It shows statements of others, and some columns are hidden here."
      : null;
  },
  more: (sql, pieces) => {
    if (isKeyword(pieces[0], "pragma")) checkPragma(sql, pieces);
    for (const { at, next, parts } of namedTables(pieces, false)) {
      const first = pieces[at] as Piece;
      if (first.kind !== "text" && !looksLikeFile(parts)) continue;
      refuse(
        sql,
        placeOf(first, pieces[next - 1]),
        "In this place DuckDB reads a file or an address of that name.",
        "Upload the file to this connection and query its table.",
      );
    }
  },
};

const fileEnding =
  /\.(?:csv|tsv|txt|parquet|json|jsonl|ndjson|xlsx|arrow|feather|avro|db|duckdb|sqlite|gz|zst|shp|geojson|gpkg)$/i;

/** DuckDB reads what a table is called where there is no such table, whether it is one name or several with dots. */
const looksLikeFile = (parts: string[]): boolean =>
  parts.some((part) => /[/\\:*?]/.test(part)) || fileEnding.test(parts.join("."));

function checkPragma(sql: string, pieces: Piece[]): void {
  const [first, name, next] = pieces;
  if (name?.keyword === true && pragmas.has(name.text) && (next === undefined || isSymbol(next, "("))) return;
  refuse(
    sql,
    placeOf(first as Piece, pieces.at(-1)),
    "This PRAGMA is not among those that only tell something.",
    "DESCRIBE, SHOW TABLES and PRAGMA table_info('name') do.",
  );
}
