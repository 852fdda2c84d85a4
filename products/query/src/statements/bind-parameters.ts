import type { Cell, EngineKind, TextPlace } from "@mindmesh/contracts/query/engine";
import type { StatementParameters } from "@mindmesh/contracts/query/statements";
import { AppError } from "@mindmesh/kernel/errors";

/** A `:name` in a statement. */
export interface NamedParameter {
  name: string;
  /** With the colon, in UTF-16 units. */
  place: TextPlace;
}

export interface BoundStatement {
  /** With the engine's own placeholders. */
  sql: string;
  values: Cell[];
  /** From a place in `sql` to the place in the text with names. */
  askedPlace(place: TextPlace): TextPlace;
}

/** PostgreSQL and DuckDB number placeholders, SQL Server names them; the others count question marks. */
function placeholder(engine: EngineKind, number: number): string {
  if (engine === "mssql") return `@p${number}`;
  return engine === "mysql" || engine === "sqlite" ? "?" : `$${number}`;
}

/**
 * Puts the engine's placeholders in the place of `:name`. Values never become part of the text.
 * @param found in the order in which they stand
 * @throws AppError invalid_fields that names the parameters without a value
 */
export function bindParameters(
  asked: string,
  engine: EngineKind,
  found: NamedParameter[],
  parameters: StatementParameters,
): BoundStatement {
  const missing = [...new Set(found.map(({ name }) => name))].filter((name) => !Object.hasOwn(parameters, name));
  if (missing.length > 0) {
    throw new AppError("invalid_fields", {
      message: `The statement needs a value for ${missing.map((name) => `:${name}`).join(", ")}.`,
      fields: Object.fromEntries(missing.map((name) => [`parameters.${name}`, "Needs a value, or NULL."])),
    });
  }
  const repeats = engine === "mysql" || engine === "sqlite";
  const numbers = new Map<string, number>();
  const values: Cell[] = [];
  const shifts: { at: number; by: number; asked: TextPlace; length: number }[] = [];
  let sql = "";
  let last = 0;
  for (const { name, place } of found) {
    let number = repeats ? undefined : numbers.get(name);
    if (number === undefined) {
      values.push(parameters[name] ?? null);
      number = values.length;
      numbers.set(name, number);
    }
    const text = placeholder(engine, number);
    sql += asked.slice(last, place.from);
    shifts.push({ at: sql.length, by: place.to - place.from - text.length, asked: place, length: text.length });
    sql += text;
    last = place.to;
  }
  sql += asked.slice(last);
  const askedAt = (at: number, isEnd: boolean): number => {
    let shift = 0;
    for (const each of shifts) {
      if (at <= each.at) break;
      if (at < each.at + each.length) return isEnd ? each.asked.to : each.asked.from;
      shift += each.by;
    }
    return Math.min(asked.length, at + shift);
  };
  return { sql, values, askedPlace: ({ from, to }) => ({ from: askedAt(from, false), to: askedAt(to, true) }) };
}
