import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { TLSSocket, createSecureContext } from "node:tls";
import type { Certificate } from "./certificates.ts";

/**
 * Stands before a PostgreSQL and offers TLS with a certificate of the test's choice, as its own `ssl = on` would: it answers the
 * request for TLS and passes on what comes through it.
 */
export async function startTlsFront(target: { host: string; port: number }, { certificate, key }: Certificate) {
  const secureContext = createSecureContext({ cert: certificate, key });
  return listening((socket) => {
    socket.once("data", () => {
      socket.write("S");
      const secured = new TLSSocket(socket, { isServer: true, secureContext });
      const inner = connect(target.port, target.host);
      for (const each of [secured, inner]) each.on("error", () => (secured.destroy(), inner.destroy()));
      secured.pipe(inner).pipe(secured);
    });
  });
}

/** From the start of the greeting's first packet: its length, its number and the version of the protocol. */
const greetingHead = 5;
const clientSsl = 0x0800;
const requestBytes = 36;

/**
 * Stands before a MariaDB and shows a certificate of the test's choice: its greeting comes from the database, with TLS offered, and the
 * client's request for it is answered here. What would follow is passed on to nobody: a client that takes the certificate waits.
 */
export async function startMariaTlsFront(target: { host: string; port: number }, { certificate, key }: Certificate) {
  const secureContext = createSecureContext({ cert: certificate, key });
  return listening((socket) => {
    const inner = connect(target.port, target.host);
    inner.on("error", () => socket.destroy());
    socket.once("close", () => inner.destroy());
    inner.once("data", (greeting) => {
      // After the version come the thread, eight bytes of the scramble and a zero; then what the server can.
      const can = greeting.indexOf(0, greetingHead) + 1 + 4 + 8 + 1;
      greeting.writeUInt16LE(greeting.readUInt16LE(can) | clientSsl, can);
      socket.write(greeting);
      socket.once("data", (request) => {
        // The client does not wait for an answer: its handshake may have come along.
        socket.pause();
        socket.unshift(request.subarray(requestBytes));
        const secured = new TLSSocket(socket, { isServer: true, secureContext });
        secured.on("error", () => secured.destroy());
      });
    });
  });
}

async function listening(answer: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    answer(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
