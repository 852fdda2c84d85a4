import { z } from "zod";
import { prose } from "../fields.ts";
import type { Cell, ResultColumn } from "./engine.ts";

/** How a result is drawn. */

export const chartKinds = ["line", "bar", "area", "scatter", "pie", "number", "table"] as const;
export const chartKind = z.enum(chartKinds);
export type ChartKind = z.infer<typeof chartKind>;

const columnName = prose(200);

export const chart = z.object({
  kind: chartKind,
  title: prose(200).default(""),
  /** The column along the horizontal axis; of a pie, its slices. */
  x: columnName.nullable(),
  /** The columns that are drawn: lines, bars, or the one number. */
  y: z.array(columnName).max(12),
  /** Splits the one `y` into a line or bar for each of its values. */
  series: columnName.nullable(),
  stacked: z.boolean().default(false),
});
export type Chart = z.infer<typeof chart>;

const numeric = new Set(["integer", "decimal", "float"]);
const temporal = new Set(["date", "timestamp", "time"]);
const identifying = /(^|_)(id|key|code|zip|year|month|day)$/i;

/** Slices of a pie that can still be told apart. */
const mostSlices = 7;
/** Lines or bars beside each other that can still be told apart. */
const mostSeries = 8;

/**
 * Charts that fit the shape of a result, the most fitting first; none for a result with nothing to measure. The rules are those of
 * statistical graphics handbooks: time runs along x as a line, few categories are bars, shares of a whole of few parts a pie, two
 * measures a scatter plot, one single value a number.
 * @param rows the first rows of the result, enough to see how many different values a column has
 */
export function suggestCharts(columns: readonly ResultColumn[], rows: readonly (readonly Cell[])[]): Chart[] {
  const facts = columns.map((column, index) => ({
    ...column,
    distinct: new Set(rows.map((row) => row[index])).size,
    negative: rows.some((row) => row[index]?.startsWith("-")),
  }));
  const measures = facts.filter(({ kind, name }) => numeric.has(kind) && !identifying.test(name));
  const times = facts.filter(({ kind }) => temporal.has(kind));
  const categories = facts.filter((fact) => !measures.includes(fact) && !times.includes(fact) && fact.kind !== "json");
  const base = { title: "", series: null, stacked: false };
  const y = measures.slice(0, 4).map(({ name }) => name);
  const [first] = measures;
  const suggestions: Chart[] = [];
  if (first && rows.length === 1) suggestions.push({ ...base, kind: "number", x: null, y: [first.name] });
  if (first && rows.length > 1) {
    const [time] = times;
    const [category, second] = categories;
    if (time) {
      const split = category && category.distinct > 1 && category.distinct <= mostSeries ? category.name : null;
      suggestions.push({ ...base, kind: "line", x: time.name, y: split === null ? y : [first.name], series: split });
      suggestions.push({
        ...base,
        kind: "bar",
        x: time.name,
        y: split === null ? y : [first.name],
        series: split,
        stacked: split !== null,
      });
    } else if (category) {
      const split = second && second.distinct > 1 && second.distinct <= mostSeries ? second.name : null;
      suggestions.push({ ...base, kind: "bar", x: category.name, y: split === null ? y : [first.name], series: split });
      if (rows.length <= mostSlices && !first.negative) {
        suggestions.push({ ...base, kind: "pie", x: category.name, y: [first.name] });
      }
    }
    const [one, other] = measures;
    if (one && other && rows.length > 4) suggestions.push({ ...base, kind: "scatter", x: one.name, y: [other.name] });
    if (suggestions.length === 0) suggestions.push({ ...base, kind: "bar", x: null, y });
  }
  return suggestions;
}
