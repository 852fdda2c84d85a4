import { Readable } from "node:stream";
import type { UsageQuery } from "@mindmesh/contracts/money";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import { type MemberCaller, tenantOf } from "../../http/index.ts";
import { readNames } from "./names.ts";
import { countsOf, sums, usageFilter } from "./usage-report.ts";

const header = [
  "day",
  "person",
  "person_id",
  "product",
  "model",
  "api_key",
  "api_key_id",
  "key_source",
  "calls",
  "failed_calls",
  "input_tokens",
  "cached_input_tokens",
  "output_tokens",
  "cost_usd",
  "calls_of_unknown_cost",
  "estimated_calls",
  "calls_from_cache",
  "saved_usd",
];

/** One field of CSV (RFC 4180). What a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvField(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const line = (fields: (string | number | null)[]) => `${fields.map(csvField).join(",")}\r\n`;

const rowsPerPage = 5_000;

interface Row extends Record<string, unknown> {
  day: string;
  user_id: string | null;
  product: string;
  model: string;
  api_key_id: string | null;
  key_source: string;
}

/** Usage as CSV, one line per day, person, product, model, API key and whose key paid, in pages as it is read. */
export function usageCsv(db: Database, caller: MemberCaller, query: UsageQuery): { name: string; content: Readable } {
  const { workspaceId, from, to, where } = usageFilter(caller, query);
  async function* lines() {
    yield line(header);
    for (let offset = 0; ; offset += rowsPerPage) {
      const { rows } = await db.withWorkspace(
        tenantOf(caller),
        (tx) =>
          tx.execute<Row>(sql`
            SELECT to_char(day, 'YYYY-MM-DD') AS day, user_id, product, provider || '/' || model AS model, api_key_id,
              key_source, ${sums}
            FROM kernel.usage_days WHERE ${where} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
            LIMIT ${rowsPerPage} OFFSET ${offset}`),
        { readOnly: true },
      );
      const { people, apiKeys } = await readNames(db, workspaceId, {
        people: [...new Set(rows.flatMap((row) => row.user_id ?? []))],
        apiKeys: [...new Set(rows.flatMap((row) => row.api_key_id ?? []))],
      });
      let page = "";
      for (const row of rows) {
        const { day, user_id: person, product, model, api_key_id: key, key_source: source } = row;
        const counts = countsOf(row);
        page += line([
          day,
          person === null ? null : (people.get(person) ?? null),
          person,
          product,
          model,
          key === null ? null : (apiKeys.get(key) ?? null),
          key,
          source,
          counts.calls,
          counts.failedCalls,
          counts.inputTokens,
          counts.cachedInputTokens,
          counts.outputTokens,
          // Where the cost of every call of the line is unknown there is none to tell.
          counts.unknownCalls > 0 && counts.unknownCalls === counts.calls - counts.failedCalls && counts.costUsd === 0
            ? null
            : counts.costUsd,
          counts.unknownCalls,
          counts.estimatedCalls,
          counts.cachedCalls,
          counts.savedUsd,
        ]);
      }
      if (page !== "") yield page;
      if (rows.length < rowsPerPage) return;
    }
  }
  return { name: `usage-${from}-to-${to}.csv`, content: Readable.from(lines()) };
}
