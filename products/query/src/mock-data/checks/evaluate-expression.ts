import { type Expression, type ExpressionValue, NotUnderstood } from "./expression.ts";
import { matcherOf } from "./match-pattern.ts";

/** Gives the value of an expression for a row. Three-valued: null is SQL's unknown. */
export type Evaluator = (row: readonly ExpressionValue[]) => ExpressionValue;

type Calculate = (...values: NonNullable<ExpressionValue>[]) => ExpressionValue;

const text = (value: ExpressionValue) => String(value);
const characters = (value: ExpressionValue) => Array.from(text(value)).length;

/** Functions that give NULL for any NULL, and whose result rests on their arguments alone. */
const functions: Record<string, Calculate> = {
  length: characters,
  char_length: characters,
  character_length: characters,
  len: (value) => characters(text(value).trimEnd()),
  octet_length: (value) => Buffer.byteLength(text(value)),
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  abs: (value) => Math.abs(Number(value)),
  round: (value, digits) => Number(Number(value).toFixed(Number(digits ?? 0))),
  floor: (value) => Math.floor(Number(value)),
  ceil: (value) => Math.ceil(Number(value)),
  ceiling: (value) => Math.ceil(Number(value)),
  sqrt: (value) => Math.sqrt(Number(value)),
  power: (base, exponent) => Number(base) ** Number(exponent),
  mod: (value, by) => Number(value) % Number(by),
  sign: (value) => Math.sign(Number(value)),
  trim: (value) => text(value).trim(),
  btrim: (value) => text(value).trim(),
  ltrim: (value) => text(value).trimStart(),
  rtrim: (value) => text(value).trimEnd(),
  substr: part,
  substring: part,
  left: (value, count) => Array.from(text(value)).slice(0, Number(count)).join(""),
  right: (value, count) => Array.from(text(value)).slice(-Number(count)).join(""),
  replace: (value, from, to) => text(value).replaceAll(text(from), text(to)),
  instr: (value, wanted) => text(value).indexOf(text(wanted)) + 1,
  strpos: (value, wanted) => text(value).indexOf(text(wanted)) + 1,
  position: (value, wanted) => text(value).indexOf(text(wanted)) + 1,
  year: (value) => Number(text(value).slice(0, 4)),
  month: (value) => Number(text(value).slice(5, 7)),
  date: (value) => text(value).slice(0, 10),
};

function part(value: NonNullable<ExpressionValue>, from?: ExpressionValue, count?: ExpressionValue): string {
  const start = Number(from) - 1;
  const signs = Array.from(text(value));
  return signs.slice(Math.max(0, start), count === undefined ? undefined : Math.max(0, start + Number(count))).join("");
}

/**
 * Compiles an expression over the values of a row in the order of `columns`.
 * @param numbers columns whose values are numbers, even where they are written out as text
 * @throws NotUnderstood for a function that is not known here
 */
export function evaluatorOf(
  expression: Expression,
  columns: readonly string[],
  numbers: ReadonlySet<string> = new Set(),
): Evaluator {
  const compile = (of: Expression) => evaluatorOf(of, columns, numbers);
  switch (expression.is) {
    case "value": {
      const { value } = expression;
      return () => value;
    }
    case "column": {
      const index = columns.indexOf(expression.name);
      if (!numbers.has(expression.name)) return (row) => row[index] ?? null;
      return (row) => lift([row[index] ?? null], number);
    }
    case "not": {
      const of = compile(expression.of);
      return (row) => negate(truth(of(row)));
    }
    case "negative": {
      const of = compile(expression.of);
      return (row) => lift([of(row)], (value) => -number(value));
    }
    case "both":
      return operation(expression.operator, compile(expression.left), compile(expression.right));
    case "in": {
      const of = compile(expression.of);
      const list = expression.list.map(compile);
      const found: Evaluator = (row) => any(list.map((each) => compare("=", of(row), each(row))));
      return expression.negated ? (row) => negate(truth(found(row))) : found;
    }
    case "between": {
      const [of, low, high] = [compile(expression.of), compile(expression.low), compile(expression.high)];
      const within: Evaluator = (row) => all([compare(">=", of(row), low(row)), compare("<=", of(row), high(row))]);
      return expression.negated ? (row) => negate(truth(within(row))) : within;
    }
    case "null": {
      const of = compile(expression.of);
      const { negated } = expression;
      return (row) => (of(row) === null) !== negated;
    }
    case "truth": {
      const of = compile(expression.of);
      const { value, negated } = expression;
      return (row) => (truth(of(row)) === value) !== negated;
    }
    case "like": {
      const of = compile(expression.of);
      if (expression.pattern.is !== "value" && expression.pattern.is !== "cast") {
        throw new NotUnderstood("a pattern that is not written out");
      }
      const pattern = evaluatorOf(expression.pattern, columns)([]);
      const matches = pattern === null ? null : matcherOf(expression.how, text(pattern));
      const { negated } = expression;
      return (row) => {
        const value = of(row);
        return value === null || matches === null ? null : matches(text(value)) !== negated;
      };
    }
    case "call":
      return call(expression.name, expression.arguments.map(compile));
    case "case": {
      const operand = expression.operand === null ? null : compile(expression.operand);
      const branches = expression.branches.map(([when, then]) => [compile(when), compile(then)] as const);
      const otherwise = compile(expression.otherwise);
      return (row) => {
        for (const [when, then] of branches) {
          const holds = operand === null ? truth(when(row)) : compare("=", operand(row), when(row));
          if (holds === true) return then(row);
        }
        return otherwise(row);
      };
    }
    case "cast": {
      const of = compile(expression.of);
      const isNumber = /int|numeric|decimal|real|double|float|number|money|serial/.test(expression.type);
      const isWhole = /int|serial/.test(expression.type);
      return (row) =>
        lift([of(row)], (value) => (isNumber ? (isWhole ? Math.round(number(value)) : number(value)) : value));
    }
  }
}

function call(name: string, values: Evaluator[]): Evaluator {
  if (name === "coalesce" || name === "ifnull" || name === "isnull" || name === "nvl") {
    return (row) => values.map((each) => each(row)).find((each) => each !== null) ?? null;
  }
  if (name === "nullif") {
    return (row) => {
      const [first = null, second = null] = values.map((each) => each(row));
      return compare("=", first, second) === true ? null : first;
    };
  }
  if (name === "greatest" || name === "least" || ((name === "max" || name === "min") && values.length > 1)) {
    const wanted = name === "greatest" || name === "max" ? ">" : "<";
    return (row) =>
      values
        .map((each) => each(row))
        .reduce((best, each) =>
          best === null || each === null ? null : compare(wanted, each, best) === true ? each : best,
        );
  }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) {
    const isClock = /^(?:now|current_|getdate|sysdate|random|rand|clock_)/.test(name);
    throw new NotUnderstood(isClock ? `${name} is another value each time` : `the function ${name} is not known here`);
  }
  return (row) =>
    lift(
      values.map((each) => each(row)),
      known,
    );
}

function operation(operator: string, left: Evaluator, right: Evaluator): Evaluator {
  switch (operator) {
    case "AND":
      return (row) => all([truth(left(row)), truth(right(row))]);
    case "OR":
      return (row) => any([truth(left(row)), truth(right(row))]);
    case "||":
      return (row) => lift([left(row), right(row)], (a, b) => text(a) + text(b ?? ""));
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return (row) => lift([left(row), right(row)], (a, b) => arithmetic(operator, number(a), number(b ?? 0)));
    default:
      return (row) => compare(operator, left(row), right(row));
  }
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", a: number, b: number): number | null {
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  if (b === 0) return null;
  return operator === "/" ? a / b : a % b;
}

function lift(values: ExpressionValue[], calculate: Calculate): ExpressionValue {
  return values.includes(null) ? null : calculate(...(values as NonNullable<ExpressionValue>[]));
}

const number = (value: NonNullable<ExpressionValue>) => Number(value);

/** Compares as SQL does; a number and a text that looks like one are compared as numbers. */
function compare(operator: string, left: ExpressionValue, right: ExpressionValue): boolean | null {
  if (left === null || right === null) return null;
  const order = orderOf(left, right);
  switch (operator) {
    case "=":
    case "==":
      return order === 0;
    case "<>":
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    default:
      return order >= 0;
  }
}

function orderOf(left: NonNullable<ExpressionValue>, right: NonNullable<ExpressionValue>): number {
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  const [a, b] = [Number(left), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return text(left) < text(right) ? -1 : text(left) > text(right) ? 1 : 0;
  return a - b;
}

function truth(value: ExpressionValue): boolean | null {
  if (value === null || typeof value === "boolean") return value;
  return typeof value === "string" ? /^(?:t|true|1|y|yes|on)$/i.test(value) : Number(value) !== 0;
}

const negate = (value: boolean | null) => (value === null ? null : !value);
const all = (values: (boolean | null)[]) => (values.includes(false) ? false : values.includes(null) ? null : true);
const any = (values: (boolean | null)[]) => (values.includes(true) ? true : values.includes(null) ? null : false);
