import type { Advice } from "./word-rules.ts";

/** What is said in more than one dialect. */
export const rowChange: Advice = [
  "Only queries run here; this changes rows.",
  "An admin can run it where the connection is open for writing.",
];
export const structure: Advice = [
  "It changes the database itself, not rows.",
  "Changes of tables, rights and other objects are made with the tools of the database, by those who keep it.",
];
export const setting: Advice = [
  "It changes a setting of the session or of the server.",
  "Time and row limits are set on the connection.",
];
export const transaction: Advice = [
  "It begins or ends a transaction, and the walls around a query may be one.",
  "Leave it out: every query stands for itself.",
];
export const prepared: Advice = [
  "What is prepared or built as a text cannot be checked before it runs.",
  "Write the query itself.",
];
export const code: Advice = ["It runs code that the guard cannot see into.", "Write it as a query."];
export const files: Advice = ["It reads or writes files.", "Upload the file to this connection and query its table."];
export const otherDatabase: Advice = ["It reaches for another database or file.", "Make a connection for it."];
export const server: Advice = ["It acts on the database server or on the sessions of others.", null];
export const locks: Advice = ["It takes locks that others wait for.", "Leave it out: reading needs no lock."];
export const waits: Advice = ["It makes the database wait and holds the connection.", "Leave it out."];
export const secrets = "It holds secrets of the database server.";

/** The same advice for many first words. */
export const each = (words: string, advice: Advice): Record<string, Advice> =>
  Object.fromEntries(
    words
      .trim()
      .split(/\s+/)
      .map((word) => [word, advice]),
  );
