import type { Expression, ExpressionValue } from "./expression.ts";

/** What the checks of a table say of one column alone. */
export interface ColumnBounds {
  minimum: { value: ExpressionValue; open: boolean } | null;
  maximum: { value: ExpressionValue; open: boolean } | null;
  /** The only values. */
  list: ExpressionValue[] | null;
  /** Characters. */
  shortest: number | null;
  longest: number | null;
}

const nothing = (): ColumnBounds => ({ minimum: null, maximum: null, list: null, shortest: null, longest: null });

/** Reads what must hold for single columns out of checks; what it does not see is left to trying and checking. */
export function boundsOf(checks: readonly Expression[]): Map<string, ColumnBounds> {
  const found = new Map<string, ColumnBounds>();
  const of = (column: string) => {
    const known = found.get(column) ?? nothing();
    found.set(column, known);
    return known;
  };
  for (const check of checks.flatMap(conjuncts)) read(check, of);
  return found;
}

function conjuncts(check: Expression): Expression[] {
  if (check.is === "both" && check.operator === "AND") return [...conjuncts(check.left), ...conjuncts(check.right)];
  // `x IS NULL OR …` says the same of the values that are there.
  if (check.is === "both" && check.operator === "OR") {
    if (check.left.is === "null" && !check.left.negated) return conjuncts(check.right);
    if (check.right.is === "null" && !check.right.negated) return conjuncts(check.left);
  }
  return [check];
}

const mirrored: Record<string, string> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "==": "=" };

function read(check: Expression, of: (column: string) => ColumnBounds): void {
  if (check.is === "in" && !check.negated) {
    const column = columnOf(check.of);
    const list = check.list.map(valueOf);
    if (column !== null && list.every((each) => each !== undefined)) of(column).list = list;
  }
  if (check.is === "between" && !check.negated) {
    bound(">=", check.of, check.low, of);
    bound("<=", check.of, check.high, of);
  }
  if (check.is === "both") {
    const other = mirrored[check.operator];
    if (other === undefined) return;
    if (valueOf(check.right) !== undefined) bound(check.operator, check.left, check.right, of);
    else if (valueOf(check.left) !== undefined) bound(other, check.right, check.left, of);
    // `a = 'x' OR a = 'y'` is rare enough to be left to trying.
  }
}

const lengths = new Set(["length", "char_length", "character_length", "len"]);

function bound(operator: string, what: Expression, to: Expression, of: (column: string) => ColumnBounds): void {
  const value = valueOf(to);
  if (value === undefined || value === null) return;
  const open = operator === "<" || operator === ">";
  if (what.is === "call" && lengths.has(what.name)) {
    const inner = what.arguments[0];
    const column = inner === undefined ? null : columnOf(unwrapped(inner));
    if (column === null) return;
    const size = Number(value);
    if (operator !== "<" && operator !== "<=") of(column).shortest = open ? size + 1 : size;
    if (operator !== ">" && operator !== ">=") of(column).longest = open ? size - 1 : size;
    return;
  }
  const column = columnOf(what);
  if (column === null) return;
  const bounds = of(column);
  if (operator === "=" || operator === "==") bounds.list = [value];
  else if (operator === ">" || operator === ">=") bounds.minimum = tighter(bounds.minimum, { value, open }, 1);
  else if (operator === "<" || operator === "<=") bounds.maximum = tighter(bounds.maximum, { value, open }, -1);
}

function tighter(known: ColumnBounds["minimum"], other: NonNullable<ColumnBounds["minimum"]>, direction: 1 | -1) {
  if (known === null) return other;
  const isTighter = Number(other.value) * direction > Number(known.value) * direction;
  return isTighter ? other : known;
}

const unwrapped = (expression: Expression): Expression => {
  if (expression.is === "cast") return unwrapped(expression.of);
  if (expression.is === "call" && /^b?trim$/.test(expression.name) && expression.arguments[0])
    return unwrapped(expression.arguments[0]);
  return expression;
};

function columnOf(expression: Expression): string | null {
  const inner = expression.is === "cast" ? unwrapped(expression) : expression;
  return inner.is === "column" ? inner.name : null;
}

function valueOf(expression: Expression): ExpressionValue | undefined {
  if (expression.is === "cast") return valueOf(expression.of);
  if (expression.is === "value") return expression.value;
  if (expression.is === "negative") {
    const value = valueOf(expression.of);
    return typeof value === "number" ? -value : undefined;
  }
  return undefined;
}
