import { isIP } from "node:net";
import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import mysql from "mysql2";
import { ConnectionFailure, type NetworkTarget, type Way } from "../engine.ts";
import { codeOf, unlessGivenUp } from "../opening/network-failure.ts";
import { type Reach, reach } from "../opening/reach.ts";
import { loginFailure } from "./failures.ts";

/** One login to MySQL or MariaDB. */
export interface Login {
  connection: mysql.Connection;
  isMariaDb: boolean;
  /** As the server says it. */
  version: string;
  /** The server's `sql_mode` without what changes how a text is read. */
  sqlMode: string;
  encrypted: boolean;
  settings: NetworkSettings;
  /** Once set, the connection is of no use any more, and this is why. */
  lost: Error | null;
  /** Ends what the login runs, by another login. @throws what the network or the database says */
  cancel(): Promise<void>;
  destroy(): void;
  close(): Promise<void>;
}

const loginTimeoutMs = 20_000;
const cancelTimeoutMs = 5000;

/** @throws ConnectionFailure */
export async function openLogin(target: NetworkTarget, way: Way): Promise<Login> {
  const signal = AbortSignal.any([way.signal, AbortSignal.timeout(loginTimeoutMs)]);
  const path = await reach(target, { ...way, signal });
  try {
    return await logIn(path, target, signal);
  } catch (error) {
    path.close();
    throw error;
  }
}

async function logIn(path: Reach, target: NetworkTarget, signal: AbortSignal): Promise<Login> {
  const { settings } = target;
  const { connection, encrypted } = await connect(path, target, signal);
  try {
    const [row] = await unlessGivenUp(
      signal,
      ask(connection, "SELECT VERSION(), @@sql_mode, CONNECTION_ID()"),
      () => undefined,
    );
    const [version = "", sqlMode = "", thread = ""] = (row ?? []).map((cell) => cell ?? "");
    const isMariaDb = /mariadb/i.test(version);
    refuseOld(version, isMariaDb);
    const login: Login = {
      connection,
      isMariaDb,
      version,
      sqlMode: readAsUsual(sqlMode),
      encrypted,
      settings,
      lost: null,
      async cancel() {
        const late = AbortSignal.timeout(cancelTimeoutMs);
        const other = await connect(path, target, late);
        try {
          await ask(other.connection, `KILL QUERY ${Number(thread)}`);
        } finally {
          other.connection.destroy();
        }
      },
      destroy() {
        login.lost ??= new Error("given up");
        connection.destroy();
      },
      async close() {
        await new Promise<void>((resolve) => {
          const late = setTimeout(resolve, 1000);
          connection.once("error", () => resolve());
          connection.end(() => {
            clearTimeout(late);
            resolve();
          });
        });
        connection.destroy();
        path.close();
      },
    };
    connection.on("error", (error: Error) => (login.lost ??= error));
    connection.on("end", () => (login.lost ??= new Error("the server closed the connection")));
    return login;
  } catch (error) {
    connection.destroy();
    throw loginFailure(error, settings);
  }
}

/** Modes by which the server would read a text otherwise than the guard did. */
function readAsUsual(sqlMode: string): string {
  const others = new Set([
    "ANSI",
    "ANSI_QUOTES",
    "PIPES_AS_CONCAT",
    "IGNORE_SPACE",
    "NO_BACKSLASH_ESCAPES",
    "ORACLE",
    "MSSQL",
    "DB2",
    "POSTGRESQL",
    "MAXDB",
  ]);
  return sqlMode
    .split(",")
    .filter((mode) => /^\w+$/.test(mode) && !others.has(mode))
    .join(",");
}

function refuseOld(version: string, isMariaDb: boolean): void {
  const [major = 0, minor = 0] =
    /(\d+)\.(\d+)/
      .exec(version.replace(/^5\.5\.5-/, ""))
      ?.slice(1)
      .map(Number) ?? [];
  const isOld = isMariaDb ? major * 100 + minor < 1006 : major < 8;
  if (!isOld) return;
  const needed = isMariaDb ? "MariaDB 10.6" : "MySQL 8";
  throw new ConnectionFailure("database", `This server is version ${version}; ${needed} or later is needed.`);
}

async function connect(
  path: Reach,
  target: NetworkTarget,
  signal: AbortSignal,
): Promise<{ connection: mysql.Connection; encrypted: boolean }> {
  const { settings } = target;
  if (settings.tls === "verify" && isIP(settings.host) !== 0) {
    const message = "To check the certificate, MySQL needs the server's name as the host, not an IP address.";
    throw new ConnectionFailure("tls", message);
  }
  const isEncrypted = settings.tls !== "off";
  try {
    return { connection: await handshake(path, target, isEncrypted, signal), encrypted: isEncrypted };
  } catch (error) {
    if (settings.tls === "prefer" && codeOf(error) === "HANDSHAKE_NO_SSL_SUPPORT") {
      return { connection: await handshake(path, target, false, signal), encrypted: false };
    }
    throw loginFailure(error, settings);
  }
}

async function handshake(
  path: Reach,
  { settings, secret }: NetworkTarget,
  isEncrypted: boolean,
  signal: AbortSignal,
): Promise<mysql.Connection> {
  const { host, port, user, database, certificateAuthority, tls } = settings;
  const socket = await path.connect(signal);
  const connection = mysql.createConnection({
    host,
    port,
    user,
    password: secret.password,
    ...(database !== "" && { database }),
    stream: socket,
    charset: "utf8mb4",
    connectTimeout: loginTimeoutMs,
    ...(isEncrypted && {
      ssl: {
        rejectUnauthorized: tls === "verify",
        verifyIdentity: tls === "verify",
        minVersion: "TLSv1.2",
        ...(certificateAuthority !== null && { ca: certificateAuthority }),
      },
    }),
    // No file of this machine is ever sent, whatever a server asks for.
    flags: ["-LOCAL_FILES"],
    connectAttributes: { program_name: "Mindmesh" },
  });
  const ready = new Promise<mysql.Connection>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
  // A connection that dies between two statements is seen by the next one; without a listener it would end the process.
  connection.on("error", () => undefined);
  try {
    return await unlessGivenUp(signal, ready, (late) => late.destroy());
  } catch (error) {
    connection.destroy();
    socket.destroy();
    throw error;
  }
}

/** A question of our own; rows as arrays of texts. @throws what the database says */
export function ask(connection: mysql.Connection, sql: string): Promise<(string | null)[][]> {
  return new Promise((resolve, reject) => {
    // The types know `typeCast: false`, by which the driver leaves bytes as they are, as a boolean only.
    connection.query({ sql, rowsAsArray: true, typeCast: false }, (error: Error | null, rows: unknown) => {
      if (error) reject(error);
      else resolve(Array.isArray(rows) ? (rows as (Buffer | null)[][]).map(asTexts) : []);
    });
  });
}

const asTexts = (row: (Buffer | null)[]) => row.map((cell) => (cell === null ? null : cell.toString("utf8")));
