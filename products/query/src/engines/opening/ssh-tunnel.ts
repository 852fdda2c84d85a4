import { createHash, timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";
import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import ssh2 from "ssh2";
import { ConnectionFailure, type ConnectionSecret, type Way } from "../engine.ts";
import { networkFailure, unlessGivenUp } from "./network-failure.ts";

type SshSettings = NonNullable<NetworkSettings["ssh"]>;

/** An SSH login through which connections are opened on the other side. */
export interface SshTunnel {
  /** A connection from the SSH host to an address as that host sees it. @throws ConnectionFailure */
  connect(host: string, port: number): Promise<Duplex>;
  close(): void;
}

const readyTimeoutMs = 15_000;

/**
 * Logs in to an SSH host. Its key is compared before any secret is sent: an unknown or another key ends it with a failure
 * that carries the key shown. @throws ConnectionFailure
 */
export async function openSshTunnel(
  settings: SshSettings,
  secret: NonNullable<ConnectionSecret["ssh"]>,
  way: Way,
): Promise<SshTunnel> {
  const socket = await unlessGivenUp(way.signal, way.connect(settings.host, settings.port), (late) =>
    late.destroy(),
  ).catch((error: unknown) => {
    throw networkFailure(error, settings.host, settings.port);
  });
  const client = new ssh2.Client();
  let shownKey: string | null = null;
  const ready = new Promise<void>((resolve, reject) => {
    client.once("ready", resolve);
    client.once("close", () => reject(new Error("closed")));
    // Stays for the tunnel's life: a later failure ends the sockets in it, which is where it is told.
    client.on("error", reject);
    try {
      client.connect({
        sock: socket,
        username: settings.user,
        ...(secret.password !== null && { password: secret.password }),
        ...(secret.privateKey !== null && { privateKey: secret.privateKey }),
        ...(secret.passphrase !== null && { passphrase: secret.passphrase }),
        readyTimeout: readyTimeoutMs,
        keepaliveInterval: 15_000,
        hostVerifier: (key: Buffer) => {
          shownKey = fingerprint(key);
          return settings.hostKey !== null && sameKey(shownKey, settings.hostKey);
        },
      });
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
  const end = () => {
    client.destroy();
    socket.destroy();
  };
  try {
    await unlessGivenUp(way.signal, ready, end);
  } catch (error) {
    end();
    if (error instanceof ConnectionFailure) throw error;
    throw sshFailure(error, settings, shownKey);
  }
  return {
    connect: (host, port) =>
      new Promise((resolve, reject) => {
        client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
          if (error) reject(forwardFailure(error, host, port));
          else resolve(channel);
        });
      }),
    close: end,
  };
}

/** As OpenSSH writes it: SHA-256, base64 without padding. */
export const fingerprint = (key: Buffer) =>
  `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;

function sameKey(shown: string, pinned: string): boolean {
  const [left, right] = [Buffer.from(shown), Buffer.from(pinned.trim().replace(/=+$/, ""))];
  return left.length === right.length && timingSafeEqual(left, right);
}

function sshFailure(error: unknown, settings: SshSettings, shownKey: string | null): ConnectionFailure {
  const { host, hostKey, user } = settings;
  const level = (error as { level?: string }).level;
  const text = error instanceof Error ? error.message : "";
  if (shownKey !== null && hostKey === null) {
    const message = `Nobody has confirmed the key of the SSH host ${host} yet. It shows ${shownKey}. Compare it with the host's own (ssh-keygen -lf on the host) and confirm it.`;
    return new ConnectionFailure("ssh", message, error, shownKey);
  }
  if (shownKey !== null && hostKey !== null && !sameKey(shownKey, hostKey)) {
    const message = `The SSH host ${host} shows another key (${shownKey}) than the one that was confirmed. Somebody may stand in between, or the host was set up anew: ask its admin before you confirm the new key.`;
    return new ConnectionFailure("ssh", message, error, shownKey);
  }
  if (level === "client-authentication") {
    const message = `The SSH host ${host} does not let ${user} in: the password or private key is wrong, or this user may not log in.`;
    return new ConnectionFailure("ssh", message, error);
  }
  if (/privateKey|passphrase|key format|decrypt/i.test(text)) {
    const message =
      "The SSH private key cannot be read: it must be in OpenSSH or PEM format, and its passphrase must fit.";
    return new ConnectionFailure("ssh", message, error);
  }
  if (level === "client-timeout") return new ConnectionFailure("time", `The SSH host ${host} does not answer.`, error);
  const message = `${host} could not be spoken to over SSH. Is port ${settings.port} the port of its SSH server?`;
  return new ConnectionFailure("ssh", message, error);
}

function forwardFailure(error: Error, host: string, port: number): ConnectionFailure {
  // RFC 4254, 5.1: 1 prohibited, 2 connect failed.
  const reason = (error as { reason?: unknown }).reason;
  if (reason === 1 || reason === "ADMINISTRATIVELY_PROHIBITED") {
    return new ConnectionFailure(
      "ssh",
      "The SSH host does not allow connections to be passed on (AllowTcpForwarding).",
      error,
    );
  }
  const message = `The SSH host could not reach ${host} on port ${port}. The address must be the one that the SSH host knows.`;
  return new ConnectionFailure("host", message, error);
}
