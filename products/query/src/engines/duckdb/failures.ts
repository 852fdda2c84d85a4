import type { ChildFailure } from "../child/messages.ts";
import type { StatementFailureKind } from "../engine.ts";

// https://duckdb.org/docs/stable/configuration/overview: errors_as_json
const kinds: Record<string, StatementFailureKind> = {
  Parser: "syntax",
  Binder: "syntax",
  Catalog: "syntax",
  Permission: "refused",
};

/** Puts what DuckDB throws into words; null for anything else. */
export function duckdbFailure(error: unknown): ChildFailure | null {
  if (!(error instanceof Error)) return null;
  const told = jsonOf(error.message);
  if (told === null) {
    const plain = /^([A-Z][A-Za-z ]+) Error: ([\s\S]*)$/.exec(error.message);
    if (plain === null) return null;
    return {
      kind: kinds[plain[1]!] ?? "other",
      message: plain[2]!.split("\n\nLINE")[0]!,
      code: plain[1]!,
      near: null,
      hint: null,
    };
  }
  const { exception_type: type, exception_message: message, position, name } = told;
  const isLocked =
    /configuration (?:option .* - the configuration )?has been locked|disabled by configuration|disabled through configuration/.test(
      message,
    );
  const isMemory = type === "Out of Memory";
  return {
    kind: isLocked ? "refused" : (kinds[type] ?? "other"),
    message: isMemory ? "The statement needed more memory than is given to one." : withoutPaths(message),
    code: type,
    near: name ?? /at or near "([\s\S]+)"$/.exec(message)?.[1] ?? null,
    at: position === undefined ? null : Number(position),
    hint: isMemory ? "Ask for fewer rows or columns at once, or group before you join." : null,
  };
}

interface ToldError {
  exception_type: string;
  exception_message: string;
  /** Bytes from the beginning of the statement. */
  position?: string;
  name?: string;
}

function jsonOf(message: string): ToldError | null {
  const start = message.indexOf('{"exception_type"');
  if (start === -1) return null;
  try {
    return JSON.parse(message.slice(start)) as ToldError;
  } catch {
    // A message that only looks like it.
    return null;
  }
}

/** Where our copy of a file lies is nobody's business. */
const withoutPaths = (message: string) => message.replace(/"\/[^"]*"/g, "outside of this database");
