import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Outbound, openOutbound } from "@mindmesh/kernel/outbound";
import { afterAll, beforeAll, expect, it } from "vitest";

let server: Server;
let outbound: Outbound;
let base: string;
let closed = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) closed += 1;
    });
    request.resume().on("end", () => {
      if (request.url === "/hangs") return;
      if (request.url === "/redirects") return response.writeHead(307, { location: "/" }).end();
      const status = Number(request.url?.slice(1));
      response.writeHead(status, { "content-type": "text/plain" });
      // Never ends by itself.
      if (status !== 201) return void setInterval(() => response.write("x".repeat(100)), 1).unref();
      response.write("one ");
      setTimeout(() => response.end("two"), 20);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  outbound = openOutbound();
});
afterAll(async () => {
  await outbound.close();
  server.closeAllConnections();
  server.close();
});

function ask(path: string) {
  const request = { method: "POST" as const, headers: { "content-type": "text/plain" }, body: "asked" };
  return outbound.trustedFetch.sendWhole(new URL(path, base), request, { answer: 1000, error: 500 });
}

/** Runs `work`, after which the server must have seen its connection closed. */
async function closing<T>(work: () => Promise<T>): Promise<T> {
  const before = closed;
  const result = await work();
  await expect.poll(() => closed).toBe(before + 1);
  return result;
}

it("comes with all of its pieces", async () => {
  const { status, headers, body } = await ask("/201").answer;
  expect({ status, type: headers["content-type"], text: body.toString() }).toEqual({
    status: 201,
    type: "text/plain",
    text: "one two",
  });
});

it("is refused when it is longer than what is taken, and the connection closed", async () => {
  await closing(() => expect(ask("/200").answer).rejects.toThrow(/more than 1000 bytes/));
});

it("is cut off and given when it tells of an error at length", async () => {
  const { status, body } = await closing(() => ask("/500").answer);
  expect(status).toBe(500);
  expect(body.length).toBeGreaterThan(500);
  expect(body.length).toBeLessThan(5000);
});

it("is not looked for at another address", async () => {
  await expect(ask("/redirects").answer).rejects.toMatchObject({ name: "RedirectRefused" });
});

it("is given up with its reason, before there is a connection and while it is waited for", async () => {
  const early = ask("/hangs");
  early.abort(new Error("too late"));
  await expect(early.answer).rejects.toThrow("too late");
  await closing(async () => {
    const waiting = ask("/hangs");
    await once(server, "request");
    waiting.abort(new Error("gone"));
    await expect(waiting.answer).rejects.toThrow("gone");
  });
});
