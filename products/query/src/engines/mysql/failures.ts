import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import type { TextPlace } from "@mindmesh/contracts/query/engine";
import { ConnectionFailure, StatementFailure, type StatementFailureKind } from "../engine.ts";
import { codeOf, networkFailure } from "../opening/network-failure.ts";
import { isTlsCode, tlsFailure } from "../opening/secure.ts";

interface DatabaseError extends Error {
  errno: number;
  code: string;
  sqlState?: string;
  sqlMessage?: string;
}

const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error &&
  typeof (error as DatabaseError).sqlMessage === "string" &&
  (error as DatabaseError).errno > 0;

/** Why a login was refused; the numbers are MySQL's server error codes, which MariaDB shares. */
export function loginFailure(error: unknown, settings: NetworkSettings): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error;
  const { user, host, port, database } = settings;
  const code = codeOf(error);
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") {
    const message = `${host} does not offer encryption. Its admin can switch it on, or choose the TLS mode "prefer".`;
    return new ConnectionFailure("tls", message, error);
  }
  if (code === "HANDSHAKE_SSL_ERROR" || isTlsCode(code)) return tlsFailure(innerTls(error), host);
  if (
    code === "PROTOCOL_CONNECTION_LOST" ||
    /out of order|protocol/i.test(error instanceof Error ? error.message : "")
  ) {
    const message = `${host} closed the connection on port ${port} before the login was done. Is it MySQL or MariaDB?`;
    return new ConnectionFailure("host", message, error);
  }
  if (!isDatabaseError(error)) return networkFailure(error, host, port);
  switch (error.errno) {
    case 1045:
    case 1698:
      return new ConnectionFailure(
        "login",
        `The password of ${user} is wrong, or ${user} may not log in from this address.`,
        error,
      );
    case 1130:
      return new ConnectionFailure(
        "login",
        `The server lets nobody in from this address. Its admin must allow it.`,
        error,
      );
    case 1049:
      return new ConnectionFailure("database", `There is no database ${database} on this server.`, error);
    case 1044:
      return new ConnectionFailure(
        "rights",
        `${user} may not use the database ${database}. Its admin can grant SELECT on it.`,
        error,
      );
    case 1040:
    case 1203:
      return new ConnectionFailure("database", "The server has no free connection. Try again later.", error);
    case 3159:
    case 4143: {
      const message = `The server lets ${user} in only over an encrypted connection. Choose the TLS mode "require" or "verify".`;
      return new ConnectionFailure("tls", message, error);
    }
    default:
      return new ConnectionFailure("database", `The database says: ${error.sqlMessage}`, error);
  }
}

/** The driver puts its own code in the place of the one that Node gave. */
function innerTls(error: unknown): unknown {
  const text = error instanceof Error ? error.message : "";
  const reasons: [RegExp, string][] = [
    [/expired/i, "CERT_HAS_EXPIRED"],
    [/self[- ]signed certificate in/i, "SELF_SIGNED_CERT_IN_CHAIN"],
    [/self[- ]signed/i, "DEPTH_ZERO_SELF_SIGNED_CERT"],
    [/altnames|does not match/i, "ERR_TLS_CERT_ALTNAME_INVALID"],
    [/unable to (verify|get)/i, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ];
  const found = reasons.find(([pattern]) => pattern.test(text));
  return found ? Object.assign(new Error(text, { cause: error }), { code: found[1] }) : error;
}

const kinds: [readonly number[], StatementFailureKind][] = [
  [[1044, 1142, 1143, 1227, 1370, 1410], "rights"],
  [[1792, 1290, 1836], "refused"],
  [[1064, 1054, 1146, 1051, 1052, 1109, 1149, 1305, 1582, 1583, 1630], "syntax"],
  [[1969, 3024, 1317, 1205], "time"],
  [[1053, 1927, 1152, 1184, 4031], "lost"],
];

/** A failure of the database in the words of the contract. */
export function statementFailure(error: unknown, sql: string): StatementFailure {
  if (error instanceof StatementFailure) return error;
  if (!isDatabaseError(error)) {
    const message = "The connection to the database was lost. Was the database restarted? Run the statement again.";
    return new StatementFailure("lost", message, { cause: error });
  }
  const kind = kinds.find(([numbers]) => numbers.includes(error.errno))?.[1] ?? "other";
  const message = kind === "time" ? "The statement took longer than it may and was ended." : (error.sqlMessage ?? "");
  return new StatementFailure(kind, message, {
    code: error.sqlState ?? error.code,
    place: placeOf(sql, error.sqlMessage ?? ""),
    cause: error,
  });
}

/** MySQL tells no position, but quotes the text at which it stopped, or the name that it does not know. */
function placeOf(sql: string, message: string): TextPlace | null {
  const near = /near '([\s\S]*)' at line (\d+)/.exec(message);
  if (near) {
    const [, text = "", line = "1"] = near;
    if (text === "") return { from: sql.length, to: sql.length };
    const before = sql.split("\n").slice(0, Number(line) - 1);
    const start = before.reduce((sum, each) => sum + each.length + 1, 0);
    const from = sql.indexOf(text, start);
    return from < 0 ? null : { from, to: from + (/^\S+/.exec(text)?.[0].length ?? 1) };
  }
  const name = /(?:column|table|FUNCTION) '?(?:[^'`]*\.)?([^'`.\s]+)'?/i.exec(message)?.[1];
  if (name === undefined) return null;
  const from = sql.toLowerCase().indexOf(name.toLowerCase());
  return from < 0 ? null : { from, to: from + name.length };
}
