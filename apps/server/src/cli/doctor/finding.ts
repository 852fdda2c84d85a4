/** What a check found, and what to do about it. */
export interface Finding {
  /** `problem`: the server or a part of it does not work. `warning`: it works, but something should be changed. */
  level: "good" | "note" | "warning" | "problem";
  what: string;
  mend?: string;
}

export const good = (what: string): Finding => ({ level: "good", what });
export const note = (what: string, mend?: string): Finding => ({ level: "note", what, ...(mend && { mend }) });
export const warning = (what: string, mend: string): Finding => ({ level: "warning", what, mend });
export const problem = (what: string, mend: string): Finding => ({ level: "problem", what, mend });

/** The reason in an error, without its stack. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { message, code } = error as { message?: string; code?: string };
  return (message || code || String(error)).split("\n")[0] ?? "";
}

/** What lies at the bottom of an error: those around it often say only that something could not be reached. */
export function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
}

/** An address without the password in it. */
export function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return "(not an address)";
  if (parsed.password !== "") parsed.password = "***";
  return parsed.href;
}
