import { type IncomingMessage, type ServerResponse, createServer, request as ask } from "node:http";
import { chmod } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import { type SandboxNetwork, isAllowedHost, notAllowed } from "./network.ts";

const mostConnections = 64;
/** Of one hop only (RFC 9110, 7.6.1), and the proxy's own. */
const hopHeaders = ["connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "upgrade"];

/**
 * An HTTP proxy on a Unix socket for one run: the only way out of a wall without network. CONNECT (RFC 9110, 9.3.6) for
 * https, absolute addresses for http; only to the hosts of the list, and only where `connect` agrees.
 * @param path of the socket, at most 107 bytes
 */
export async function openHostsProxy(
  path: string,
  hosts: readonly string[],
  connect: SandboxNetwork["connect"],
): Promise<{ close(): Promise<void> }> {
  const open = new Set<Duplex>();
  const server = createServer((request, response) => {
    forward(request, response, hosts, connect).catch((error: unknown) => refuse(response, 502, wordsOf(error)));
  });
  server.maxConnections = mostConnections;
  server.on("connection", (socket: Duplex) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
  });
  server.on("connect", (request: IncomingMessage, near: Duplex, head: Buffer) => {
    tunnel(request.url ?? "", near, head, hosts, connect).catch((error: unknown) => {
      near.end(`HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\n\r\n${wordsOf(error)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  // The folder around it lets only this run in.
  await chmod(path, 0o666);
  return {
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function tunnel(
  authority: string,
  near: Duplex,
  head: Buffer,
  hosts: readonly string[],
  connect: SandboxNetwork["connect"],
): Promise<void> {
  const url = URL.canParse(`https://${authority}`) ? new URL(`https://${authority}`) : null;
  if (url === null || !/:\d+$/.test(authority)) {
    near.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    return;
  }
  const port = Number(url.port || 443);
  if (!isAllowedHost(hosts, url.hostname, port)) {
    near.end(`HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n${notAllowed(authority)}\n`);
    return;
  }
  const far = await connect(url.hostname, port);
  if (near.destroyed) {
    far.destroy();
    return;
  }
  near.write("HTTP/1.1 200 Connection established\r\n\r\n");
  if (head.length > 0) far.write(head);
  pipeline(near, far, near, () => {
    near.destroy();
    far.destroy();
  });
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  hosts: readonly string[],
  connect: SandboxNetwork["connect"],
): Promise<void> {
  const address = request.url ?? "";
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.protocol !== "http:" || url.username !== "" || url.password !== "") {
    refuse(response, 400, "This proxy takes CONNECT, and whole addresses that begin with http://.");
    return;
  }
  const port = Number(url.port || 80);
  if (!isAllowedHost(hosts, url.hostname, port)) {
    refuse(response, 403, notAllowed(url.host));
    return;
  }
  const far = await connect(url.hostname, port);
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !hopHeaders.includes(name.toLowerCase())),
  );
  const onward = ask({
    createConnection: () => far,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, connection: "close" },
  });
  onward.on("response", (answer) => {
    const back = Object.entries(answer.headers).filter(([name]) => !hopHeaders.includes(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(back));
    pipeline(answer, response, () => far.destroy());
  });
  onward.on("error", (error) => refuse(response, 502, wordsOf(error)));
  response.on("close", () => far.destroy());
  pipeline(request, onward, () => {});
}

function refuse(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${words}\n`);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
