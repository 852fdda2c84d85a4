import type { ChildFailure } from "../child/messages.ts";
import type { StatementFailureKind } from "../engine.ts";

// https://www.sqlite.org/rescode.html
const kinds: Record<number, StatementFailureKind> = { 1: "syntax", 8: "rights" };
const unauthorized = 23;
const corrupt = 11;
const tooBig = 18;

/** Puts what node:sqlite throws into words; null for anything else. */
export function sqliteFailure(error: unknown): ChildFailure | null {
  const { message, errcode } = error as { message: string; errcode?: number };
  if (!(error instanceof Error)) return null;
  if (errcode === undefined) return parameterFailure(error);
  // Extended codes carry the primary one in their low byte.
  const code = errcode & 0xff;
  const failure = {
    kind: kinds[code] ?? "other",
    message,
    code: String(errcode),
    hint: null,
  };
  const hidden = /^access to (.+) is prohibited$/.exec(message)?.[1];
  if (hidden !== undefined) {
    return {
      ...failure,
      kind: "refused",
      message: `It would show ${hidden}, which is hidden here.`,
      hint: "Ask an admin who may show it.",
      near: null,
    };
  }
  if (code === unauthorized || message.startsWith("not authorized")) {
    return {
      ...failure,
      kind: "refused",
      message: `SQLite was told not to do what this statement asks for${message.replace(/^.*not authorized|^authorization denied$/, "")}.`,
      near: null,
    };
  }
  if (code === corrupt) {
    return {
      ...failure,
      message: `The file is damaged: ${message}.`,
      hint: "Mend it with `sqlite3 damaged.db .recover | sqlite3 mended.db` and upload it again.",
      near: null,
    };
  }
  if (code === tooBig) {
    return {
      ...failure,
      message: "A single value is larger than can be read here (300 MB).",
      hint: "Ask for a part of it, such as substr(column, 1, 1000).",
      near: null,
    };
  }
  return { ...failure, near: wordsComplainedOf(message) };
}

/** Node itself refuses more parameters than there are places for. */
function parameterFailure(error: Error & { code?: string }): ChildFailure | null {
  if (
    error.code !== "ERR_SQLITE_ERROR" &&
    error.code !== "ERR_INVALID_ARG_VALUE" &&
    error.code !== "ERR_INVALID_ARG_TYPE"
  )
    return null;
  return { kind: "other", message: error.message, code: null, hint: null, near: null };
}

/** The words of the statement that a message of SQLite names. */
function wordsComplainedOf(message: string): string | null {
  const named =
    /^near "(.*)": syntax error$/s.exec(message) ??
    /^no such (?:column|table|function|collation sequence): (.*)$/s.exec(message);
  return (
    named?.[1] ??
    /^(?:ambiguous column name|wrong number of arguments to function|misuse of aggregate:?) (.+?)(?:\(\))?$/s.exec(
      message,
    )?.[1] ??
    null
  );
}
