import type { CatalogColumn } from "@mindmesh/contracts/query/catalog";
import type { Generator } from "@mindmesh/contracts/query/mock-data";
import { unitDraw, weightedDraw } from "./draw.ts";
import type { MockValue } from "./made-table.ts";
import { type Random, permutation } from "./random.ts";
import { timeDraw } from "./time-draw.ts";

/** Makes the value of a row by its number; draws anew with each call. */
export type ValueMaker = (row: number) => MockValue;

export interface ValueParts {
  generator: Generator;
  column: CatalogColumn;
  random: Random;
  /** No value twice. */
  unique: boolean;
  rows: number;
  pool: (meaning: Extract<Generator, { kind: "meaning" }>["meaning"]) => readonly string[];
}

/**
 * Compiles the generators that look at no other column; null for those that do. With `unique` as many different values come as rows
 * are asked for where the generator can tell them apart by itself: the caller still looks.
 */
export function valueMaker({ generator, column, random, unique, rows, pool }: ValueParts): ValueMaker | null {
  switch (generator.kind) {
    case "database":
    case "null":
      return () => null;
    case "sequence": {
      const { start, step } = generator;
      return (row) => start + row * step;
    }
    case "integer": {
      const { minimum, maximum } = generator;
      const count = maximum - minimum + 1;
      if (unique && count >= rows) {
        const at = permutation(count, random);
        return (row) => minimum + at(row);
      }
      const draw = unitDraw(generator.distribution, random);
      return () => minimum + Math.min(count - 1, Math.floor(draw() * count));
    }
    case "decimal": {
      const { minimum, maximum, scale } = generator;
      const unit = 10 ** scale;
      const [low, high] = [Math.ceil(minimum * unit - 1e-9), Math.floor(maximum * unit + 1e-9)];
      const count = Math.max(1, high - low + 1);
      const at = unique && count >= rows ? permutation(count, random) : null;
      const draw = unitDraw(generator.distribution, random);
      return (row) => {
        const value = (low + (at === null ? Math.min(count - 1, Math.floor(draw() * count)) : at(row))) / unit;
        return column.kind === "float" ? value : value.toFixed(scale);
      };
    }
    case "boolean":
      return () => random.next() < generator.trueShare;
    case "list": {
      const values = generator.values.map(({ value }) => typed(value, column));
      const draw = weightedDraw(
        generator.values.map(({ weight }) => weight),
        random,
      );
      return () => values[draw()] ?? null;
    }
    case "meaning": {
      const values = fitting(pool(generator.meaning), column);
      return () => values[random.below(values.length)] ?? "";
    }
    case "pattern":
      return () => fillPattern(generator.pattern, random);
    case "words": {
      const values = pool("sentence").flatMap((sentence) => sentence.toLowerCase().replace(".", "").split(" "));
      const { minimum, maximum } = generator;
      return () => {
        const count = minimum + random.below(maximum - minimum + 1);
        const words = Array.from({ length: count }, () => values[random.below(values.length)]).join(" ");
        return cut(words.charAt(0).toUpperCase() + words.slice(1), column);
      };
    }
    case "time":
      return timeDraw(generator, random);
    case "uuid":
      return () => uuid(random);
    case "bytes": {
      const { minimum, maximum } = generator;
      return () => {
        const count = minimum + random.below(Math.max(0, maximum - minimum) + 1);
        return `\\x${Array.from({ length: count }, () => random.below(256).toString(16).padStart(2, "0")).join("")}`;
      };
    }
    case "json": {
      const words = pool("slug");
      return () =>
        JSON.stringify({
          source: words[random.below(words.length)],
          score: random.below(100),
          flags: random.next() < 0.5 ? [] : [words[random.below(words.length)]],
        });
    }
    case "array": {
      const words = pool("slug");
      const { minimum, maximum } = generator;
      return () => {
        const count = minimum + random.below(Math.max(0, maximum - minimum) + 1);
        const one = () => (generator.of === "integers" ? random.below(1000) : words[random.below(words.length)]);
        return JSON.stringify(Array.from({ length: count }, one));
      };
    }
    default:
      return null;
  }
}

/** A written value as the column's kind has it, so that checks compare numbers as numbers. */
export function typed(value: string, column: CatalogColumn): MockValue {
  if (column.kind === "boolean") return /^(?:t|true|1)$/i.test(value);
  if (column.kind === "integer" && /^-?\d{1,15}$/.test(value)) return Number(value);
  return value;
}

export function cut(value: string, column: CatalogColumn): string {
  return column.length === null || value.length <= column.length
    ? value
    : Array.from(value).slice(0, column.length).join("").trimEnd();
}

/** The values that are short enough, or all of them cut when none is. */
function fitting(values: readonly string[], column: CatalogColumn): readonly string[] {
  const { length } = column;
  if (length === null) return values;
  const short = values.filter((value) => value.length <= length);
  return short.length > 0 ? short : values.map((value) => cut(value, column));
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const digits = "0123456789";

function fillPattern(pattern: string, random: Random): string {
  return pattern.replace(/[#?*]/g, (sign) => {
    const from = sign === "#" ? digits : sign === "?" ? letters : letters + digits;
    return from.charAt(random.below(from.length));
  });
}

/** UUID version 4 from the column's own stream. */
function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, (_, index) =>
    (index === 12 ? 4 : index === 16 ? 8 + random.below(4) : random.below(16)).toString(16),
  ).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
