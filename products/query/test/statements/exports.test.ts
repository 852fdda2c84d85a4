import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { ExportFormat } from "@mindmesh/contracts/query/statements";
import readExcel from "read-excel-file/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Workbench, run, startWorkbench, workbenchOf } from "./workbench-server.ts";

let bench: Workbench;
let folder: string;
let odd: string;

beforeAll(async () => {
  bench = await startWorkbench();
  folder = await mkdtemp(join(tmpdir(), "mindmesh-exports-"));
  const shop = await bench.connect();
  const sql = "SELECT id, big, long, float8, day, words, data, -5 AS below, '-2+3' AS formula FROM odd ORDER BY id";
  odd = (await run(bench.server, bench.owner, shop, { sql })).statement.id;
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

async function exported(format: ExportFormat, formulas: "guarded" | "plain" = "guarded"): Promise<Buffer> {
  const { statements } = workbenchOf(bench.server, bench.owner);
  const params = { workspaceId: bench.owner.workspaceId, statementId: odd };
  const response = await statements.exportResult({ params, query: { format, formulas } });
  expect(response.headers.get("content-disposition")).toContain(`.${format}`);
  return Buffer.from(await response.arrayBuffer());
}

test("a CSV tells NULL from empty text, keeps every digit, and text like a formula stays text in a spreadsheet", async () => {
  const lines = (await exported("csv")).toString("utf8").split("\r\n");
  expect(lines[0]).toBe("id,big,long,float8,day,words,data,below,formula");
  expect(lines[1]).toBe(
    `1,9223372036854775807,1${"0".repeat(98)}1,NaN,0044-03-15 BC,'=1+1,"{""n"": 12345678901234567890}",-5,'-2+3`,
  );
  const last = lines.at(-2);
  expect(last).toBe(`3,,,0.1,2026-11-29,"",,-5,'-2+3`);
  const plain = (await exported("csv", "plain")).toString("utf8");
  expect(plain).toContain(",=1+1,");
  expect(plain).toContain(",-2+3\r\n");
});

test("JSON keeps the digits of numbers, and is JSON", async () => {
  const text = (await exported("json")).toString("utf8");
  expect(text).toContain('"big":9223372036854775807');
  expect(text).toContain('"n": 12345678901234567890');
  const rows = JSON.parse(text) as Record<string, unknown>[];
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({ id: 1, float8: "NaN", day: "0044-03-15 BC", words: "=1+1" });
  expect(rows[2]).toMatchObject({ big: null, words: "" });
});

test("an Excel workbook opens, and what Excel would round is text", async () => {
  const file = join(folder, "odd.xlsx");
  await writeFile(file, await exported("xlsx"));
  const sheets = await readExcel(file);
  const rows = (sheets as unknown as { data: unknown[][] }[])[0]?.data ?? (sheets as unknown as unknown[][]);
  expect(rows[0]?.slice(0, 3)).toEqual(["id", "big", "long"]);
  expect(rows[1]?.slice(0, 2)).toEqual([1, "9223372036854775807"]);
  expect(rows[1]?.[5]).toBe("=1+1");
  expect(rows[3]?.[7]).toBe(-5);
});

test("a Parquet file has the types of the columns where every value fits exactly, and text where not", async () => {
  const file = join(folder, "odd.parquet");
  await writeFile(file, await exported("parquet"));
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${file}'`);
  const types = Object.fromEntries(described.getRows().map(([name, type]) => [String(name), String(type)]));
  expect(types).toMatchObject({ id: "BIGINT", big: "BIGINT", long: "VARCHAR", float8: "DOUBLE", words: "VARCHAR" });
  const read = await connection.runAndReadAll(`SELECT id, big::VARCHAR, long, words FROM '${file}' ORDER BY id`);
  expect(read.getRows()[0]?.slice(1)).toEqual(["9223372036854775807", `1${"0".repeat(98)}1`, "=1+1"]);
  expect(read.getRows()[2]?.slice(1)).toEqual([null, null, ""]);
});
