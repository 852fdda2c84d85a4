import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { MockValue } from "./made-table.ts";
import type { MockPart } from "./mock-rows.ts";
import { quoteName, quoteTable } from "../sql/quote-name.ts";

const quoted = (name: string) => quoteName("postgres", name);
const nameOf = (table: { schema: string; name: string }) => quoteTable("postgres", table);

/** Text that goes to the socket at once; every write has its price. */
const chunkCharacters = 256 * 1024;

/**
 * Writes made-up rows into PostgreSQL by COPY, all in one transaction, and lets identities go on after the highest value.
 * @param client without a transaction; whoever gave it closes it, which undoes what was not committed
 * @returns how many rows
 */
export async function writePostgres(
  client: Client,
  parts: AsyncIterable<MockPart>,
  progress: (rows: number, table: string) => void,
): Promise<number> {
  await client.query("BEGIN");
  // Where keys may wait for the end of the transaction they do; an order that needs it does not exist otherwise.
  await client.query("SET CONSTRAINTS ALL DEFERRED");
  let written = 0;
  let copy: ReturnType<typeof startCopy> | null = null;
  const counted: { catalog: CatalogTable; columns: string[] }[] = [];
  let table = "";
  for await (const part of parts) {
    if (part.type === "table") {
      await copy?.end();
      table = part.table.name;
      copy = part.table.rows === 0 ? null : startCopy(client, part.catalog, part.columns);
      counted.push({ catalog: part.catalog, columns: part.columns });
    } else if (part.type === "rows") {
      await copy?.write(part.rows);
      written += part.rows.length;
      progress(written, table);
    } else {
      await copy?.end();
      copy = null;
      await writeLate(client, part);
      progress(written, part.table.name);
    }
  }
  await copy?.end();
  for (const each of counted) await moveSequences(client, each.catalog, each.columns);
  await client.query("COMMIT");
  return written;
}

function startCopy(client: Client, catalog: CatalogTable, columns: readonly string[]) {
  const list = columns.map(quoted).join(", ");
  const stream = client.query(copyFrom(`COPY ${nameOf(catalog)} (${list}) FROM STDIN`));
  const arrays = columns.map((name) => catalog.columns.find((column) => column.name === name)?.kind === "array");
  // A row that PostgreSQL refuses ends the stream while rows are still being made.
  let failed: Error | null = null;
  stream.on("error", (error: Error) => (failed = error));
  let waiting = "";
  const flush = async () => {
    if (failed) throw failed;
    const isRoom = stream.write(waiting);
    waiting = "";
    if (!isRoom) await roomIn(stream);
  };
  return {
    async write(rows: readonly MockValue[][]): Promise<void> {
      for (const row of rows) {
        for (let index = 0; index < row.length; index += 1) {
          if (index > 0) waiting += "\t";
          const value = row[index] ?? null;
          waiting += value === null ? "\\N" : copyText(arrays[index] === true ? arrayText(String(value)) : value);
        }
        waiting += "\n";
      }
      if (waiting.length >= chunkCharacters) await flush();
    },
    async end(): Promise<void> {
      if (waiting !== "") await flush();
      const done = once(stream, "finish");
      stream.end();
      await done;
      if (failed) throw failed;
    },
  };
}

/** Resolves when there is room again, or never will be. Leaves no listener behind: there is a wait for every few thousand rows. */
async function roomIn(stream: Writable): Promise<void> {
  const found = new AbortController();
  const { signal } = found;
  const waits = [once(stream, "drain", { signal }), once(stream, "close", { signal })];
  for (const wait of waits) wait.catch(() => undefined);
  await Promise.race(waits).finally(() => found.abort());
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** PostgreSQL documentation, COPY, "Text Format". */
function copyText(value: NonNullable<MockValue>): string {
  if (typeof value !== "string") return String(value);
  return special.test(value) ? value.replace(/[\\\t\n\r]/g, (sign) => escapes[sign] ?? sign) : value;
}

/** A list as PostgreSQL writes an array. */
const arrayText = (json: string) =>
  `{${(JSON.parse(json) as (string | number)[]).map((each) => (typeof each === "number" ? each : `"${each.replace(/["\\]/g, "\\$&")}"`)).join(",")}}`;

async function writeLate(client: Client, part: Extract<MockPart, { type: "late" }>): Promise<void> {
  const typeOf = (name: string) => part.catalog.columns.find((column) => column.name === name)?.type ?? "text";
  const all = [...part.columns, ...part.key];
  const arrays = all.map((name, index) => `$${index + 1}::${typeOf(name)}[]`).join(", ");
  const set = part.columns.map((name, index) => `${quoted(name)} = u.v${index}`).join(", ");
  const where = part.key.map((name, index) => `t.${quoted(name)} = u.v${part.columns.length + index}`).join(" AND ");
  const names = all.map((_, index) => `v${index}`).join(", ");
  const values = all.map((_, index) =>
    part.rows.map(({ key, values: set }) => {
      const value = [...set, ...key][index] ?? null;
      return value === null ? null : String(value);
    }),
  );
  await client.query(
    `UPDATE ${nameOf(part.catalog)} AS t SET ${set} FROM unnest(${arrays}) AS u (${names}) WHERE ${where}`,
    values,
  );
}

/** What was written into a counted column must not be counted again. */
async function moveSequences(client: Client, catalog: CatalogTable, columns: readonly string[]): Promise<void> {
  for (const { name, kind, generated, default: fallback } of catalog.columns) {
    const isCounted = generated === "identity" || (fallback ?? "").startsWith("nextval(");
    if (kind !== "integer" || !isCounted || !columns.includes(name)) continue;
    await client.query(
      `SELECT setval(s, greatest((SELECT max(${quoted(name)}) FROM ${nameOf(catalog)}), 1))
       FROM pg_get_serial_sequence($1, $2) AS s WHERE s IS NOT NULL`,
      [nameOf(catalog), name],
    );
  }
}
