import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { TLSSocket, createSecureContext } from "node:tls";
import type { Certificate } from "./certificates.ts";

/**
 * Stands before a PostgreSQL and offers TLS with a certificate of the test's choice, as its own `ssl = on` would: it answers the
 * request for TLS and passes on what comes through it.
 */
export async function startTlsFront(target: { host: string; port: number }, { certificate, key }: Certificate) {
  const secureContext = createSecureContext({ cert: certificate, key });
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write("S");
      const secured = new TLSSocket(socket, { isServer: true, secureContext });
      const inner = connect(target.port, target.host);
      for (const each of [secured, inner]) each.on("error", () => (secured.destroy(), inner.destroy()));
      secured.pipe(inner).pipe(secured);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
