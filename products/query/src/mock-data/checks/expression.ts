/** A SQL expression as far as it can be evaluated here; anything else is refused with the reason. */
export type Expression =
  | { is: "value"; value: ExpressionValue }
  | { is: "column"; name: string }
  | { is: "not"; of: Expression }
  | { is: "negative"; of: Expression }
  | { is: "both"; operator: string; left: Expression; right: Expression }
  | { is: "in"; of: Expression; list: Expression[]; negated: boolean }
  | { is: "between"; of: Expression; low: Expression; high: Expression; negated: boolean }
  | { is: "null"; of: Expression; negated: boolean }
  | { is: "truth"; of: Expression; value: boolean; negated: boolean }
  | {
      is: "like";
      of: Expression;
      pattern: Expression;
      how: "like" | "ilike" | "glob" | "regex" | "iregex";
      negated: boolean;
    }
  | { is: "call"; name: string; arguments: Expression[] }
  | { is: "case"; operand: Expression | null; branches: [Expression, Expression][]; otherwise: Expression }
  | { is: "cast"; of: Expression; type: string };

export type ExpressionValue = string | number | bigint | boolean | null;

/** An expression that cannot be evaluated here. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
}

/** The columns that an expression reads, each once, in the order of the text. */
export function columnsIn(expression: Expression): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      const node = value as Partial<Expression>;
      if (node.is === "column" && node.name !== undefined) found.add(node.name);
      else Object.values(value).forEach(visit);
    }
  };
  visit(expression);
  return [...found];
}
