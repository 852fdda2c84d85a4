import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import { Connection, Request, TYPES } from "tedious";
import { ConnectionFailure, type NetworkTarget, type Way } from "../engine.ts";
import { codeOf, networkFailure, unlessGivenUp } from "../opening/network-failure.ts";
import { type Reach, reach } from "../opening/reach.ts";
import { isTlsCode, tlsFailure } from "../opening/secure.ts";
import { valueText } from "./value-text.ts";

/** One login to SQL Server. */
export interface Login {
  connection: Connection;
  encrypted: boolean;
  settings: NetworkSettings;
  /** Once set, the connection is of no use any more, and this is why. */
  lost: Error | null;
  /** Sends an attention: the statement ends, the login stays. */
  cancel(): Promise<void>;
  destroy(): void;
  close(): Promise<void>;
}

const loginTimeoutMs = 20_000;
const oldest = 14; // SQL Server 2017
/** Bytes of a long value that the server sends at all; text takes two for a character. */
const longestValue = 2 * 64 * 1024 + 2;

/** @throws ConnectionFailure */
export async function openLogin(target: NetworkTarget, way: Way): Promise<Login> {
  const signal = AbortSignal.any([way.signal, AbortSignal.timeout(loginTimeoutMs)]);
  const path = await reach(target, { ...way, signal });
  try {
    const { connection, encrypted } = await connect(path, target, signal);
    const login: Login = {
      connection,
      encrypted,
      settings: target.settings,
      lost: null,
      async cancel() {
        connection.cancel();
      },
      destroy() {
        login.lost ??= new Error("given up");
        connection.close();
      },
      async close() {
        connection.close();
        path.close();
      },
    };
    connection.on("error", (error) => (login.lost ??= error));
    connection.on("end", () => (login.lost ??= new Error("the server closed the connection")));
    const [row] = await ask(login, "SELECT CAST(SERVERPROPERTY('ProductMajorVersion') AS int)");
    const version = Number(row?.[0] ?? 0);
    if (version < oldest) {
      login.destroy();
      throw new ConnectionFailure("database", "This SQL Server is older than 2017, which is needed at least.");
    }
    return login;
  } catch (error) {
    path.close();
    throw loginFailure(error, target.settings);
  }
}

async function connect(
  path: Reach,
  target: NetworkTarget,
  signal: AbortSignal,
): Promise<{ connection: Connection; encrypted: boolean }> {
  const { tls } = target.settings;
  const encrypted = tls !== "off";
  try {
    return { connection: await handshake(path, target, encrypted, signal), encrypted };
  } catch (error) {
    if (tls !== "prefer" || codeOf(error) !== "EENCRYPT") throw error;
    return { connection: await handshake(path, target, false, signal), encrypted: false };
  }
}

async function handshake(
  path: Reach,
  { settings, secret }: NetworkTarget,
  encrypt: boolean,
  signal: AbortSignal,
): Promise<Connection> {
  const { host, port, user, database, tls, certificateAuthority } = settings;
  const connection = new Connection({
    server: host,
    authentication: { type: "default", options: { userName: user, password: secret.password } },
    options: {
      port,
      ...(database !== "" && { database }),
      // The driver's type wants a TCP socket; it uses nothing of it that another duplex stream lacks.
      connector: async () => (await path.connect(signal)) as import("node:net").Socket,
      encrypt,
      trustServerCertificate: tls !== "verify",
      cryptoCredentialsDetails: {
        minVersion: "TLSv1.2",
        ...(certificateAuthority !== null && { ca: certificateAuthority }),
      },
      appName: "Mindmesh",
      connectTimeout: loginTimeoutMs,
      requestTimeout: 0,
      maxRetriesOnTransientErrors: 0,
      textsize: longestValue,
      useUTC: true,
      enableArithAbort: true,
      rowCollectionOnRequestCompletion: false,
    },
  });
  const ready = new Promise<Connection>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
  connection.on("error", () => undefined);
  return unlessGivenUp(signal, ready, (late) => late.close());
}

/** A question of our own; rows as arrays of texts. @throws what the database says */
export function ask(
  login: Login,
  sql: string,
  parameters: Record<string, string | null> = {},
): Promise<(string | null)[][]> {
  return new Promise((resolve, reject) => {
    const rows: (string | null)[][] = [];
    const request = new Request(sql, (error) => (error ? reject(error) : resolve(rows)));
    request.on("row", (columns: { value: unknown; metadata: never }[]) => {
      rows.push(columns.map(({ value, metadata }) => valueText(value, metadata)));
    });
    for (const [name, value] of Object.entries(parameters)) request.addParameter(name, TYPES.NVarChar, value);
    if (Object.keys(parameters).length === 0) login.connection.execSqlBatch(request);
    else login.connection.execSql(request);
  });
}

/** Why a login was refused; the numbers are SQL Server's (sys.messages). */
function loginFailure(error: unknown, settings: NetworkSettings): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error;
  const { host, port, user, database } = settings;
  const inner = (error as { cause?: unknown }).cause ?? error;
  if (inner instanceof ConnectionFailure) return inner;
  const text = error instanceof Error ? error.message : "";
  const number = (inner as { number?: number }).number ?? (error as { number?: number }).number;
  const code = codeOf(inner);
  if (number === 18456 || code === "ELOGIN") {
    if (/open database|Cannot open/i.test(text))
      return new ConnectionFailure(
        "database",
        `There is no database ${database} on this server, or ${user} may not use it.`,
        error,
      );
    return new ConnectionFailure("login", `The password of ${user} is wrong, or ${user} may not log in.`, error);
  }
  if (number === 4060)
    return new ConnectionFailure(
      "database",
      `There is no database ${database} on this server, or ${user} may not use it.`,
      error,
    );
  if (code === "EENCRYPT") {
    const message =
      settings.tls === "off"
        ? `${host} wants an encrypted connection. Choose the TLS mode "require" or "verify".`
        : `${host} does not offer encryption. Choose the TLS mode "prefer".`;
    return new ConnectionFailure("tls", message, error);
  }
  if (isTlsCode(code)) return tlsFailure(inner, host);
  if (number !== undefined) return new ConnectionFailure("database", `The database says: ${text}`, error);
  return networkFailure(inner, host, port);
}
