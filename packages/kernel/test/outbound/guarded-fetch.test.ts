import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo, LookupFunction } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Outbound, isPublicAddress, openOutbound, readAllowance } from "../../src/outbound/index.ts";

let server: Server;
let port: number;
let reached: string[] = [];
let opened: Outbound[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    reached.push(request.url ?? "");
    if (request.url === "/redirect") response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
    else if (request.url === "/nothing") response.writeHead(204).end();
    else response.end("the inside");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(async () => {
  await Promise.all(opened.map((each) => each.close()));
  opened = [];
  reached = [];
});

/** Stands in for DNS: one answer after the other, the last one for ever. */
function names(...answers: string[]): LookupFunction {
  return (_, options, callback) => {
    const address = (answers.length > 1 ? answers.shift() : answers[0]) ?? "";
    const family = address.includes(":") ? 6 : 4;
    if (options.all)
      callback(
        null,
        address.split(",").map((each) => ({ address: each, family })),
      );
    else callback(null, address, family);
  };
}

function open(settings: Parameters<typeof openOutbound>[0] = {}): Outbound {
  const outbound = openOutbound(settings);
  opened.push(outbound);
  return outbound;
}

describe("an address that a person gave", () => {
  it.each([
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "localhost",
  ])("inside this machine (%s) is refused before anything is sent", async (host) => {
    await expect(open().guardedFetch(`http://${host}:${port}/`)).rejects.toThrow(/own network/);
    expect(reached).toEqual([]);
  });

  it("inside this machine is refused to a plain connection too, unless the operator allowed it", async () => {
    const { guardedConnect } = open({ lookup: names("127.0.0.1") });
    await expect(guardedConnect("127.0.0.1", port)).rejects.toThrow(/own network/);
    await expect(guardedConnect("innocent.example", port)).rejects.toThrow(/own network/);
    const socket = await open({ allowPrivate: "127.0.0.1/32" }).guardedConnect("127.0.0.1", port);
    expect(socket.remotePort).toBe(port);
    socket.destroy();
  });

  it("inside the own network is opened to one plain connection for which it is allowed, and link-local ones never are", async () => {
    const { guardedConnect } = open({ lookup: names("127.0.0.1") });
    const socket = await guardedConnect("database.example", port, { allowPrivate: true });
    expect(socket.remotePort).toBe(port);
    socket.destroy();
    await expect(guardedConnect("database.example", port)).rejects.toThrow(/own network/);
    for (const host of ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"]) {
      await expect(guardedConnect(host, port, { allowPrivate: true })).rejects.toThrow(/own network/);
    }
  });

  it("whose name leads inside is refused", async () => {
    const { guardedFetch } = open({ lookup: names("127.0.0.1") });
    await expect(guardedFetch(`http://innocent.example:${port}/`)).rejects.toThrow(/innocent.example .*127.0.0.1/);
    expect(reached).toEqual([]);
  });

  it("whose name leads inside only the second time (DNS rebinding) never arrives inside", async () => {
    // Nothing listens at the first, allowed answer. Whichever answer is used, it is the one that was checked.
    const { guardedFetch } = open({ allowPrivate: "127.0.0.2/32", lookup: names("127.0.0.2", "127.0.0.1") });
    await expect(guardedFetch(`http://rebind.example:${port}/`)).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL|timeout/i);
    await expect(guardedFetch(`http://rebind.example:${port}/`)).rejects.toThrow(/own network/);
    expect(reached).toEqual([]);
  });

  it("with one address inside among several is refused", async () => {
    const { guardedFetch } = open({ lookup: names("93.184.215.14,127.0.0.1") });
    await expect(guardedFetch(`http://mixed.example:${port}/`)).rejects.toThrow(/own network/);
  });

  it.each(["ftp://example.org/", "file:///etc/passwd"])("with another protocol (%s) is refused", async (url) => {
    await expect(open().guardedFetch(url)).rejects.toThrow(/cannot fetch/);
  });

  it("with a name and password in it is refused", async () => {
    await expect(open().guardedFetch("http://a:b@example.org/")).rejects.toThrow(/name and password/);
  });
});

describe("what the operator opened", () => {
  it.each([
    ["the address with its port", () => `127.0.0.1:${port}`, "127.0.0.1"],
    ["the address", () => "127.0.0.1", "127.0.0.1"],
    ["a range", () => "127.0.0.0/8", "innocent.example"],
    ["a name", () => "other.example, innocent.example", "innocent.example"],
    ["everything", () => "*", "innocent.example"],
  ])("by %s can be reached", async (_, allowPrivate, host) => {
    const { guardedFetch } = open({ allowPrivate: allowPrivate(), lookup: names("127.0.0.1") });
    expect(await (await guardedFetch(`http://${host}:${port}/`)).text()).toBe("the inside");
  });

  it("by another port is still refused", async () => {
    const { guardedFetch } = open({ allowPrivate: "127.0.0.1:1" });
    await expect(guardedFetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(/own network/);
  });

  it.each(["not a host", "10.0.0.0/99", "example.org/8", "10.0.0.0/8/8"])("is not readable as %s", (list) => {
    expect(() => readAllowance(list)).toThrow(list);
  });
});

describe("the answer", () => {
  it("that redirects is not followed, guarded or not", async () => {
    const { guardedFetch, trustedFetch } = open({ allowPrivate: "*" });
    await expect(guardedFetch(`http://127.0.0.1:${port}/redirect`)).rejects.toThrow(/redirects/);
    await expect(trustedFetch(`http://127.0.0.1:${port}/redirect`)).rejects.toThrow(/redirects/);
    expect(reached).toEqual(["/redirect", "/redirect"]);
  });

  it("without a body is an answer too", async () => {
    const answer = await open().trustedFetch(`http://127.0.0.1:${port}/nothing`);
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe("");
  });

  it("is no longer waited for once the signal is aborted", async () => {
    const asking = open().trustedFetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort(new Error("enough")) });
    await expect(asking).rejects.toThrow("enough");
  });
});

describe("a public address", () => {
  it.each(["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:82a::200e"])("%s is one", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8.invalid",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "not an address",
  ])("%s is none", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
