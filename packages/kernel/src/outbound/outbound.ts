import type { LookupFunction, Socket } from "node:net";
import { Agent } from "undici";
import { readAllowance } from "./addresses.ts";
import { OutboundRefused, guardedConnector } from "./guarded-connector.ts";
import { type PooledFetch, pooledFetch } from "./pooled-fetch.ts";

/** The server's two ways out. Connections are pooled per origin and kept alive. */
export interface Outbound {
  /** For addresses that the operator configured. */
  trustedFetch: PooledFetch;
  /** For every address that a person or a model gave: only public ones and what the operator allowed. */
  guardedFetch: PooledFetch;
  /**
   * A TCP connection under the same guard. `allowPrivate` opens loopback and private ranges for this one connection: only
   * for an address that an owner of the server has allowed. @throws OutboundRefused, or what the network says
   */
  guardedConnect: (host: string, port: number, settings?: { allowPrivate?: boolean }) => Promise<Socket>;
  close(): Promise<void>;
}

export interface OutboundSettings {
  /** The setting OUTBOUND_ALLOW_PRIVATE; see `readAllowance`. */
  allowPrivate?: string | undefined;
  /** Replaces the system's resolver, for tests. */
  lookup?: LookupFunction;
  /** Connections per origin. */
  connections?: number;
}

/** Opens the pools; nothing is connected before the first request. */
export function openOutbound(settings: OutboundSettings = {}): Outbound {
  const pool = {
    connections: settings.connections ?? 256,
    keepAliveTimeout: 30_000,
    // Callers bound time by signals that know what they wait for; these catch only a caller that forgot.
    headersTimeout: 10 * 60_000,
    bodyTimeout: 10 * 60_000,
  };
  const trusted = new Agent({ ...pool, connect: { timeout: 10_000 } });
  const allowance = readAllowance(settings.allowPrivate ?? "");
  const connect = guardedConnector(allowance, settings.lookup);
  const connectPrivate = guardedConnector({ ...allowance, ownNetwork: true }, settings.lookup);
  const guarded = new Agent({
    ...pool,
    connect,
    // People can name any number of servers; idle pools of old ones must not pile up.
    maxOrigins: 1000,
  });
  const fetchGuarded = pooledFetch(guarded);
  return {
    trustedFetch: pooledFetch(trusted),
    guardedFetch: Object.assign(
      async (input: string | URL | Request, init?: RequestInit) => {
        const url = new URL(input instanceof Request ? input.url : input);
        refuseCredentials(url);
        return fetchGuarded(url, init);
      },
      {
        async send(...[url, ...rest]: Parameters<PooledFetch["send"]>) {
          refuseCredentials(url);
          return fetchGuarded.send(url, ...rest);
        },
        sendWhole(...[url, ...rest]: Parameters<PooledFetch["sendWhole"]>) {
          refuseCredentials(url);
          return fetchGuarded.sendWhole(url, ...rest);
        },
      },
    ),
    guardedConnect: (hostname, port, { allowPrivate = false } = {}) =>
      new Promise((resolve, reject) => {
        const options = { hostname, host: hostname, protocol: "http:", port: String(port) };
        (allowPrivate ? connectPrivate : connect)(options, (error, socket) =>
          error ? reject(error) : resolve(socket),
        );
      }),
    async close() {
      await Promise.all([trusted.destroy(), guarded.destroy()]);
    },
  };
}

function refuseCredentials(url: URL): void {
  if (url.username === "" && url.password === "") return;
  throw new OutboundRefused("An address with a name and password in it is not accepted.");
}
