import type { Cell, ColumnKind } from "@mindmesh/contracts/query/engine";
import { momentParts, orderOf } from "./exact-order.ts";

export interface ColumnFigures {
  rows: number;
  nulls: number;
  distinct: number;
  minimum: string | null;
  maximum: string | null;
  /** Exact to the last digit; null for what is no number, or has none of them. */
  sum: string | null;
  common: { value: string; count: number }[];
  /** Equal steps from the smallest to the largest value; empty where that means nothing. */
  histogram: { from: string; to: string; count: number }[];
}

const steps = 20;
const mostCommon = 8;

/** Figures of a column from all of its values. */
export function columnFigures(values: readonly Cell[], kind: ColumnKind): ColumnFigures {
  const order = orderOf(kind);
  const counts = new Map<string, number>();
  let nulls = 0;
  let minimum: string | null = null;
  let maximum: string | null = null;
  for (const value of values) {
    if (value === null) {
      nulls += 1;
      continue;
    }
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (minimum === null || order(value, minimum) < 0) minimum = value;
    if (maximum === null || order(value, maximum) > 0) maximum = value;
  }
  const common = mostFrequent(counts);
  return {
    rows: values.length,
    nulls,
    distinct: counts.size,
    minimum,
    maximum,
    sum: kind === "integer" || kind === "decimal" ? exactSum(counts) : null,
    common: common.map(([value, count]) => ({ value, count })),
    histogram: histogramOf(counts, kind),
  };
}

/** The values that come most often, those that came first before others of the same number. */
function mostFrequent(counts: ReadonlyMap<string, number>): [string, number][] {
  const found: [string, number][] = [];
  for (const entry of counts) {
    if (found.length === mostCommon && entry[1] <= (found.at(-1)?.[1] ?? 0)) continue;
    const at = found.findIndex(([, count]) => count < entry[1]);
    found.splice(at === -1 ? found.length : at, 0, entry);
    found.length = Math.min(found.length, mostCommon);
  }
  return found;
}

/** The sum of decimals as scaled whole numbers; null when one of them is none. */
function exactSum(counts: ReadonlyMap<string, number>): string | null {
  let places = 0;
  for (const value of counts.keys()) {
    const found = /^[+-]?\d+(?:\.(\d+))?$/.exec(value);
    if (!found) return null;
    places = Math.max(places, found[1]?.length ?? 0);
  }
  if (counts.size === 0) return null;
  let sum = 0n;
  // As long as doubles hold it exactly it is summed by them.
  let small = 0;
  for (const [value, count] of counts) {
    const [whole = "", fraction = ""] = value.split(".");
    const scaled = whole + fraction.padEnd(places, "0");
    const part = Number(scaled) * count;
    if (!Number.isSafeInteger(part)) sum += BigInt(scaled) * BigInt(count);
    else if (Number.isSafeInteger(small + part)) small += part;
    else {
      sum += BigInt(small) + BigInt(part);
      small = 0;
    }
  }
  sum += BigInt(small);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return sum < 0n ? `-${text}` : text;
}

function position(value: string, kind: ColumnKind): number {
  if (kind === "date" || kind === "timestamp") return momentParts(value)?.seconds ?? NaN;
  return Number(value);
}

function label(at: number, kind: ColumnKind): string {
  if (kind === "timestamp") return new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ");
  if (kind === "date") return new Date(at * 1000).toISOString().slice(0, 10);
  return Number(at.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 4 });
}

/** Only a picture: here doubles are good enough. */
function histogramOf(counts: ReadonlyMap<string, number>, kind: ColumnKind): ColumnFigures["histogram"] {
  if (!["integer", "decimal", "float", "date", "timestamp"].includes(kind)) return [];
  const found: [number, number][] = [];
  let [low, high] = [Infinity, -Infinity];
  for (const [value, count] of counts) {
    const at = position(value, kind);
    if (!Number.isFinite(at)) continue;
    found.push([at, count]);
    low = Math.min(low, at);
    high = Math.max(high, at);
  }
  if (found.length < 2 || low === high) return [];
  const width = (high - low) / steps;
  const bars = Array.from({ length: steps }, (_, step) => ({
    from: label(low + step * width, kind),
    to: label(low + (step + 1) * width, kind),
    count: 0,
  }));
  for (const [at, count] of found) {
    const bar = bars[Math.min(steps - 1, Math.floor((at - low) / width))];
    if (bar) bar.count += count;
  }
  return bars;
}
