import { getTableColumns } from "drizzle-orm";
import { type Database, storableJson } from "../db/index.ts";
import { modelCalls } from "./schema.ts";

/**
 * Rows of so long are written together. It is also how much of a call's beginning a kill of the server can lose, so it is
 * less than a provider needs for its first word.
 */
const gatherMs = 50;

export type CallRow = typeof modelCalls.$inferSelect;

const columns = Object.entries(getTableColumns(modelCalls)).map(([property, column]) => ({
  name: column.name,
  /** The rows have the names of the program: renaming every field of every row costs more than writing them as JSON. */
  given: `r."${property}"`,
  declared: `"${property}" ${column.getSQLType()}`,
}));

// By name: a newer version may have added columns, which then take their defaults.
const names = columns.map(({ name }) => name);

// Its parameter is all rows as JSON. A commit that does not wait for the disk survives a kill of the server or of
// PostgreSQL, not a power cut: good enough for what the provider's own bill tells again.
const upsert = `
  WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
  INSERT INTO kernel.model_calls AS m (${names.join(", ")})
  SELECT ${columns.map(({ given }) => given).join(", ")}
  FROM relaxed, jsonb_to_recordset($1::jsonb) AS r(${columns.map(({ declared }) => declared).join(", ")})
  ON CONFLICT (workspace_id, id) DO UPDATE SET
    status = excluded.status, error_kind = excluded.error_kind, retries = excluded.retries,
    input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
    reasoning_tokens = excluded.reasoning_tokens, cached_input_tokens = excluded.cached_input_tokens,
    cost_usd = excluded.cost_usd, first_part_ms = excluded.first_part_ms, duration_ms = excluded.duration_ms,
    estimated = excluded.estimated, cache = excluded.cache, cache_age_ms = excluded.cache_age_ms,
    saved_usd = excluded.saved_usd
  WHERE m.status = 'running'`;

/** Writes rows of `kernel.model_calls` in the order in which they are given. */
export interface CallRows {
  put(row: CallRow): void;
  /** Resolves when everything put so far is written, or has been given up. */
  drain(): Promise<void>;
}

/**
 * One statement at a time writes all that has come in the meantime, so that a thousand calls at once do not mean a
 * thousand transactions; a call that ends before its beginning was written is written once.
 */
export function writeCallRows(db: Database, onError: (error: unknown) => void): CallRows {
  let waiting = new Map<string, CallRow>();
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const send = (rows: CallRow[]) => db.pool.query({ name: "model-calls", text: upsert, values: [storableJson(rows)] });

  async function write(): Promise<void> {
    const rows = [...waiting.values()];
    waiting = new Map();
    try {
      await send(rows);
    } catch {
      // One row can spoil all, for example of a workspace that was deleted meanwhile.
      for (const row of rows) await send([row]).catch(onError);
    }
  }

  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    writing ??= write().finally(() => {
      writing = undefined;
      beginSoon();
    });
  }

  function beginSoon(): void {
    if (waiting.size > 0) timer ??= setTimeout(begin, gatherMs);
  }

  return {
    put(row) {
      waiting.set(row.id, row);
      timer ??= setTimeout(begin, gatherMs);
    },
    async drain() {
      while (writing || waiting.size > 0) {
        begin();
        await writing;
      }
    },
  };
}
