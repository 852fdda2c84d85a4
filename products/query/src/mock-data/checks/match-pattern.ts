import { NotUnderstood } from "./expression.ts";

/** Whether a text matches a pattern of LIKE, GLOB or a regular expression. @throws NotUnderstood */
export function matcherOf(
  how: "like" | "ilike" | "glob" | "regex" | "iregex",
  pattern: string,
): (text: string) => boolean {
  try {
    const expression =
      how === "regex" || how === "iregex"
        ? new RegExp(inJavaScript(pattern), how === "regex" ? "u" : "iu")
        : new RegExp(`^${how === "glob" ? ofGlob(pattern) : ofLike(pattern)}$`, how === "ilike" ? "isu" : "su");
    return (text) => expression.test(text);
  } catch (error) {
    throw new NotUnderstood(`the pattern ${pattern} is not understood here`, { cause: error });
  }
}

const literal = (sign: string) => sign.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const ofLike = (pattern: string) =>
  pattern.replace(/\\(.)|([%_])|([^\\])/gsu, (_, escaped?: string, wild?: string, sign?: string) =>
    escaped !== undefined ? literal(escaped) : wild === "%" ? ".*" : wild === "_" ? "." : literal(sign ?? ""),
  );

const ofGlob = (pattern: string) =>
  pattern.replace(/\[[^\]]*\]|[*?]|[\s\S]/gu, (sign) =>
    sign.length > 1 ? sign : sign === "*" ? ".*" : sign === "?" ? "." : literal(sign),
  );

/** The classes that PostgreSQL and MySQL write in brackets. */
const inJavaScript = (pattern: string) =>
  pattern
    .replaceAll("[:alpha:]", "a-zA-Z")
    .replaceAll("[:digit:]", "0-9")
    .replaceAll("[:alnum:]", "a-zA-Z0-9")
    .replaceAll("[:upper:]", "A-Z")
    .replaceAll("[:lower:]", "a-z")
    .replaceAll("[:space:]", "\\s")
    // Without a meaning in JavaScript's Unicode mode, where they stand for themselves.
    .replace(/\\([@"'#%&,:;<=>_~`!-])/g, "$1");
