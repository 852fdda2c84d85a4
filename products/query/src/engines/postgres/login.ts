import type { Duplex } from "node:stream";
import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import pg from "pg";
import { ConnectionFailure, type NetworkTarget, type Way } from "../engine.ts";
import { networkFailure, unlessGivenUp } from "../opening/network-failure.ts";
import { type Reach, reach } from "../opening/reach.ts";
import { secure } from "../opening/secure.ts";
import { loginFailure } from "./failures.ts";
import { RowGate } from "./row-gate.ts";

/** One login, and how another connection to the same place is made. */
export interface Login {
  client: pg.Client;
  gate: RowGate;
  encrypted: boolean;
  settings: NetworkSettings;
  /** Resolves once the connection has ended, whoever ended it. */
  ended: Promise<void>;
  /** Sends a CancelRequest over a connection of its own. @throws what the network says */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

const oldest = 120_000;
const loginTimeoutMs = 20_000;
const cancelTimeoutMs = 5000;
// Documentation, 54.7: the codes of the requests that stand where a version would.
const sslRequestCode = 80_877_103;
const cancelRequestCode = 80_877_102;

/** Every value as the text in which it came. */
const asText = { getTypeParser: () => (value: unknown) => value } as unknown as pg.CustomTypesConfig;

/** @throws ConnectionFailure */
export async function openLogin(target: NetworkTarget, way: Way): Promise<Login> {
  const { settings, secret } = target;
  const signal = AbortSignal.any([way.signal, AbortSignal.timeout(loginTimeoutMs)]);
  const path = await reach(target, { ...way, signal });
  try {
    return await logIn(path, settings, secret.password, signal);
  } catch (error) {
    path.close();
    throw error;
  }
}

async function logIn(path: Reach, settings: NetworkSettings, password: string, signal: AbortSignal): Promise<Login> {
  const { socket, encrypted } = await connectSocket(path, settings, signal);
  const gate = new RowGate(socket);
  const client = new pg.Client({
    // Everything is given, so that the driver looks at no variable and no file of this machine.
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: () => password,
    database: settings.database || settings.user,
    ssl: false,
    application_name: "Mindmesh",
    client_encoding: "UTF8",
    options: "",
    stream: () => gate,
    types: asText,
  });
  // A connection that dies between two statements is seen by the next one; without a listener it would end the process.
  client.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    client.once("end", resolve);
    gate.once("close", resolve);
  });
  try {
    await unlessGivenUp(signal, client.connect(), () => gate.destroy());
    const { rows } = await unlessGivenUp(
      signal,
      client.query<{ server_version_num: string }>("SHOW server_version_num"),
      () => undefined,
    );
    const version = Number(rows[0]?.server_version_num);
    if (version < oldest) {
      const message = `This is PostgreSQL ${Math.floor(version / 10_000)}; version 12 or later is needed.`;
      throw new ConnectionFailure("database", message);
    }
  } catch (error) {
    gate.destroy();
    throw loginFailure(error, settings);
  }
  return {
    client,
    gate,
    encrypted,
    settings,
    ended,
    cancel: () => sendCancel(path, settings, client),
    async close() {
      const closing = client.end().catch(() => undefined);
      const late = setTimeout(() => gate.destroy(), 2000);
      await Promise.race([closing, ended]);
      clearTimeout(late);
      gate.destroy();
      path.close();
    },
  };
}

/** Connects and, as the settings want it, asks for TLS. */
async function connectSocket(
  path: Reach,
  settings: NetworkSettings,
  signal: AbortSignal,
): Promise<{ socket: Duplex; encrypted: boolean }> {
  const socket = await path.connect(signal);
  socket.on("error", () => undefined);
  if (settings.tls === "off") return { socket, encrypted: false };
  socket.write(request(sslRequestCode));
  const answer = await unlessGivenUp(signal, firstByte(socket), () => undefined).catch((error: unknown) => {
    socket.destroy();
    throw networkFailure(error, settings.host, settings.port);
  });
  if (answer === "S") {
    const secured = await unlessGivenUp(signal, secure(socket, settings), (late) => late.destroy());
    secured.on("error", () => undefined);
    path.passed("tls");
    return { socket: secured, encrypted: true };
  }
  if (answer === "N" && settings.tls === "prefer") return { socket, encrypted: false };
  socket.destroy();
  if (answer === "N") {
    const message = `${settings.host} does not offer encryption. Its admin can switch it on (ssl = on), or choose the TLS mode "prefer".`;
    throw new ConnectionFailure("tls", message);
  }
  const message = `What answers at ${settings.host} on port ${settings.port} is not PostgreSQL.`;
  throw new ConnectionFailure("host", message);
}

/** Exactly one byte: what would come with it was not sent by the server's TLS and must not be taken for it (CVE-2021-23222). */
function firstByte(socket: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    socket.once("error", reject);
    socket.once("close", closed);
    socket.once("end", closed);
    socket.once("data", (bytes: Buffer) => {
      socket.pause();
      socket.off("error", reject);
      socket.off("close", closed);
      socket.off("end", closed);
      resolve(bytes.length === 1 ? bytes.toString("latin1") : "");
    });
  });
}

function request(code: number, ...more: number[]): Buffer {
  const bytes = Buffer.alloc(8 + more.length * 4);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(code, 4);
  more.forEach((value, index) => bytes.writeInt32BE(value, 8 + index * 4));
  return bytes;
}

/** The secret of a session is sent as its password was: encrypted where the session is. */
async function sendCancel(path: Reach, settings: NetworkSettings, client: pg.Client): Promise<void> {
  // The driver keeps them from its login; its type does not say so.
  const { processID, secretKey } = client as unknown as { processID: number | null; secretKey: number | null };
  if (processID === null || secretKey === null) return;
  const { socket } = await connectSocket(path, settings, AbortSignal.timeout(cancelTimeoutMs));
  const closed = new Promise<void>((resolve) => {
    socket.once("end", () => resolve());
    socket.once("close", () => resolve());
  });
  socket.resume();
  // Not ended from here: through a tunnel an end may arrive before what was sent.
  socket.write(request(cancelRequestCode, processID, secretKey));
  // The server closes the connection when it has handled the request.
  const late = setTimeout(() => socket.destroy(), cancelTimeoutMs);
  await closed;
  clearTimeout(late);
  socket.destroy();
}
