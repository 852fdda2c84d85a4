import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import { suggestCharts } from "@mindmesh/contracts/query/charts";
import { describe, expect, test } from "vitest";
import { checkCondition, compareValues } from "../../src/dashboards/check-condition.ts";
import { nextTime } from "../../src/dashboards/next-time.ts";

const column = (name: string, kind: ResultColumn["kind"]): ResultColumn => ({ name, type: kind, kind });

describe("values are compared exactly", () => {
  test.each([
    ["9223372036854775807", "9223372036854775806", 1],
    ["0.1", "0.10", 0],
    ["-0.00000000000000000000000000000000000001", "0", -1],
    ["1e3", "999.999", 1],
    ["10", "9", 1],
    ["2026-11-29", "2026-12-01", -1],
    ["abc", "abd", -1],
    ["9".repeat(100), `1${"0".repeat(100)}`, -1],
  ])("%s against %s", (a, b, order) => expect(Math.sign(compareValues(a, b))).toBe(order));
});

describe("conditions of alerts", () => {
  const result = { columns: [column("n", "integer")], rows: [["5"], ["12"], [null]], more: false };
  test("one row is enough for any, every row must meet all, and NULL meets neither", () => {
    const over10 = { column: "n", operator: ">", value: "10" } as const;
    expect(checkCondition(result, { ...over10, over: "any" })).toEqual({ met: true, finding: "n: 12" });
    expect(checkCondition(result, { ...over10, over: "all" }).met).toBe(false);
    expect(checkCondition({ ...result, rows: [["11"], ["12"]] }, { ...over10, over: "all" }).met).toBe(true);
    expect(checkCondition({ ...result, rows: [] }, { ...over10, over: "all" }).met).toBe(false);
  });
  test("without a column the rows are counted", () => {
    const none = { column: null, operator: "=", value: "0", over: "any" } as const;
    expect(checkCondition({ ...result, rows: [] }, none)).toEqual({ met: true, finding: "0 rows" });
    expect(checkCondition(result, none).met).toBe(false);
  });
  test("a column that is gone is an error that names it", () => {
    expect(() => checkCondition(result, { column: "m", operator: ">", value: "1", over: "any" })).toThrow(/"m"/);
  });
});

describe("schedules", () => {
  const at = (cron: string, timezone = "UTC") => nextTime({ cron, timezone }, new Date("2026-03-28T12:00:00Z"));
  test("are told in their own time zone, also when clocks change", () => {
    expect(at("0 8 * * *")).toBe("2026-03-29T08:00:00.000Z");
    // Summer time begins in Berlin on the 29th at two in the morning.
    expect(at("0 8 * * *", "Europe/Berlin")).toBe("2026-03-29T06:00:00.000Z");
  });
  test.each(["* * * * *", "0 0 0 * * *", "x", "99 * * * *"])("%s is refused with what to write", (cron) => {
    expect(() => at(cron)).toThrow(/correction/);
  });
  test("an unknown time zone is refused", () => expect(() => at("0 8 * * *", "Mars/Olympus")).toThrow(/correction/));
});

describe("charts are suggested by the shape of a result", () => {
  const rows = Array.from({ length: 6 }, (_, index) => [`2026-0${index + 1}-01`, String(index), index % 2 ? "a" : "b"]);
  const day = column("day", "date");
  const total = column("total", "decimal");
  const region = column("region", "text");
  test("time runs along as a line, split by a column of few values", () => {
    const [first] = suggestCharts([day, total, region], rows);
    expect(first).toMatchObject({ kind: "line", x: "day", y: ["total"], series: "region" });
  });
  test("few categories are bars, and a pie where they are parts of a whole", () => {
    const kinds = suggestCharts(
      [region, total],
      rows.map(([, n, r]) => [r ?? "", n ?? ""]),
    ).map(({ kind }) => kind);
    expect(kinds).toEqual(["bar", "pie"]);
  });
  test("one value is a number, and text alone is no chart", () => {
    expect(suggestCharts([total], [["5"]])[0]?.kind).toBe("number");
    expect(suggestCharts([region], [["a"], ["b"]])).toEqual([]);
  });
});
