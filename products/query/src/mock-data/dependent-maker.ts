import type { CatalogColumn } from "@mindmesh/contracts/query/catalog";
import type { Generator, MockTable } from "@mindmesh/contracts/query/mock-data";
import { evaluatorOf } from "./checks/evaluate-expression.ts";
import { NotUnderstood } from "./checks/expression.ts";
import { parseExpression } from "./checks/parse-expression.ts";
import { MockImpossible, type MockValue } from "./made-table.ts";
import type { Random } from "./random.ts";
import type { ReferenceMaker } from "./reference-maker.ts";
import type { RowInMaking } from "./table-maker.ts";
import { momentOf, momentText } from "./time-draw.ts";
import { cut } from "./value-maker.ts";

/** Compiles the generators that look at the row's other columns or at its parents. @throws MockImpossible */
export function dependentMaker({
  generator,
  column,
  names,
  random,
  references,
  table,
  numbers,
}: {
  generator: Generator;
  column: CatalogColumn;
  names: readonly string[];
  random: Random;
  references: readonly (ReferenceMaker | null)[];
  table: MockTable;
  /** Columns that compare as numbers. */
  numbers: ReadonlySet<string>;
}): (of: RowInMaking) => MockValue {
  switch (generator.kind) {
    case "reference": {
      const reference = references[generator.reference] ?? null;
      const part = reference?.columns.indexOf(column.name) ?? -1;
      const toColumn = reference?.toColumns[part];
      return ({ parents }) => {
        const parent = parents[generator.reference] ?? null;
        return reference === null || toColumn === undefined || parent === null
          ? null
          : reference.value(parent, toColumn);
      };
    }
    case "copy": {
      const reference = references[generator.reference] ?? null;
      return ({ parents }) => {
        const parent = parents[generator.reference] ?? null;
        return reference === null || parent === null ? null : reference.value(parent, generator.column);
      };
    }
    case "after": {
      const index = names.indexOf(generator.column);
      const span = Math.max(0, generator.maximum - generator.minimum) + 1;
      const unit = column.kind === "date" ? "date" : column.kind === "time" ? "time" : "timestamp";
      return ({ values }) => {
        const before = values[index];
        if (typeof before !== "string") return null;
        return momentText(momentOf(before) + (generator.minimum + random.below(span)) * 1000, unit);
      };
    }
    case "expression": {
      const evaluate = understood(() => evaluatorOf(parseExpression(generator.expression, names), names, numbers));
      const { scale } = column;
      return ({ values }) => {
        const value = evaluate(values);
        return column.kind === "decimal" && value !== null ? Number(value).toFixed(scale ?? 2) : value;
      };
    }
    case "template": {
      const parts = generator.template.split(/(\{[^}]+\})/).map((text) => {
        const [, name, how] = /^\{([^}|]+)(?:\|(\w+))?\}$/.exec(text) ?? [];
        return { text, name, how, index: name === undefined ? -1 : names.indexOf(name) };
      });
      return ({ row, values }) =>
        cut(
          parts
            .map(({ text, name, how, index }) => {
              if (name === undefined) return text;
              if (name === "#") return String(row + 1);
              const value = String(values[index] ?? "");
              return how === "slug" ? slug(value) : value;
            })
            .join(""),
          column,
        );
    }
    default:
      throw new Error(`${generator.kind} rests on no other column`);
  }

  function understood<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof NotUnderstood) throw new MockImpossible(table, column.name, error.message);
      throw error;
    }
  }
}

/** Letters and digits of the basic alphabet: é is e, the rest goes. */
const slug = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "x";
