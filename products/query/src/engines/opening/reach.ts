import type { Duplex } from "node:stream";
import { ConnectionFailure, type NetworkTarget, type Way } from "../engine.ts";
import { networkFailure, unlessGivenUp } from "./network-failure.ts";
import { openSshTunnel } from "./ssh-tunnel.ts";

/** The way to a database's port that stays open as long as its session: straight or through one SSH login. */
export interface Reach {
  /** A new connection to the port; one for the session, more for cancelling. @throws ConnectionFailure */
  connect(signal: AbortSignal): Promise<Duplex>;
  close(): void;
  passed: Way["passed"];
}

/** @throws ConnectionFailure */
export async function reach({ settings, secret }: NetworkTarget, way: Way): Promise<Reach> {
  const { host, port, ssh } = settings;
  const { passed } = way;
  if (ssh === null) {
    return {
      connect: (signal) =>
        unlessGivenUp(signal, way.connect(host, port), (late) => late.destroy()).catch((error: unknown) => {
          throw networkFailure(error, host, port);
        }),
      close: () => undefined,
      passed,
    };
  }
  if (secret.ssh === null || (secret.ssh.password === null && secret.ssh.privateKey === null)) {
    throw new ConnectionFailure("ssh", "The SSH tunnel has neither a password nor a private key.");
  }
  const tunnel = await openSshTunnel(ssh, secret.ssh, way);
  passed("ssh");
  return {
    connect: (signal) => unlessGivenUp(signal, tunnel.connect(host, port), (late) => late.destroy()),
    close: tunnel.close,
    passed,
  };
}
