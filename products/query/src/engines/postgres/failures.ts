import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import type { TextPlace } from "@mindmesh/contracts/query/engine";
import pg from "pg";
import { ConnectionFailure, StatementFailure, type StatementFailureKind } from "../engine.ts";
import { networkFailure } from "../opening/network-failure.ts";

/** Why a login was refused; the codes are PostgreSQL's (documentation, appendix A). */
export function loginFailure(error: unknown, settings: NetworkSettings): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error;
  const { user, database, host, port, tls } = settings;
  if (!(error instanceof pg.DatabaseError)) {
    const text = error instanceof Error ? error.message : "";
    if (/password|SASL|SCRAM/i.test(text)) {
      const message = `PostgreSQL wants a password for ${user}, and the one given cannot be used.`;
      return new ConnectionFailure("login", message, error);
    }
    if (/terminated|closed|ended/i.test(text)) {
      const message = `${host} closed the connection on port ${port} before the login was done. Is it PostgreSQL?`;
      return new ConnectionFailure("host", message, error);
    }
    return networkFailure(error, host, port);
  }
  switch (error.code) {
    case "28P01":
      return new ConnectionFailure("login", `The password of ${user} is wrong, or there is no such user.`, error);
    case "28000": {
      if (/no encryption|SSL off/.test(error.message) && tls !== "require" && tls !== "verify") {
        const message = `The server lets ${user} in only over an encrypted connection. Choose the TLS mode "require" or "verify".`;
        return new ConnectionFailure("tls", message, error);
      }
      const message = `The server does not let ${user} in from this address (its pg_hba.conf says no, or there is no such user). Its admin must allow it.`;
      return new ConnectionFailure("login", message, error);
    }
    case "3D000": {
      const message = `There is no database ${database || user} on this server.`;
      return new ConnectionFailure("database", message, error);
    }
    case "42501":
      return new ConnectionFailure(
        "rights",
        `${user} may not connect to the database ${database || user}. Its admin can grant CONNECT.`,
        error,
      );
    case "53300":
      return new ConnectionFailure("database", "The server has no free connection. Try again later.", error);
    case "57P03":
      return new ConnectionFailure(
        "database",
        "The database is starting or shutting down. Try again in a moment.",
        error,
      );
    default:
      return new ConnectionFailure("database", `The database says: ${error.message}`, error);
  }
}

const kinds: [RegExp, StatementFailureKind][] = [
  [/^42501$/, "rights"],
  [/^28/, "rights"],
  [/^42/, "syntax"],
  [/^(25006|25001|0A000)$/, "refused"],
  [/^57014$/, "time"],
  [/^(57P0|08)/, "lost"],
];

/** A failure of the database in the words of the contract. `offset`: UTF-16 units that stand before the person's own text. */
export function statementFailure(error: unknown, sql: string, offset = 0): StatementFailure {
  if (error instanceof StatementFailure) return error;
  if (!(error instanceof pg.DatabaseError)) {
    const message = "The connection to the database was lost. Was the database restarted? Run the statement again.";
    return new StatementFailure("lost", message, { cause: error });
  }
  const code = error.code ?? null;
  const kind = kinds.find(([pattern]) => code !== null && pattern.test(code))?.[1] ?? "other";
  const place = error.position === undefined ? null : placeOf(sql, Number(error.position) - 1 - offset);
  const hint = [error.detail, error.hint].filter((each) => each !== undefined && each !== "").join("\n") || null;
  const message = kind === "time" ? "The statement took longer than it may and was ended." : error.message;
  return new StatementFailure(kind, message, { code, place, hint, cause: error });
}

/** PostgreSQL counts characters; an editor counts UTF-16 units. The place reaches to the end of the word there. */
export function placeOf(sql: string, characters: number): TextPlace | null {
  if (!Number.isInteger(characters) || characters < 0) return null;
  let from = 0;
  for (let left = characters; left > 0 && from < sql.length; left -= 1)
    from += (sql.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
  const word = /^(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}\p{N}_$.]+|\S)/u.exec(sql.slice(from));
  return { from, to: from + (word?.[0].length ?? 0) };
}
