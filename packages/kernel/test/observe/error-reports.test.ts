import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLogger, openErrorReports } from "@mindmesh/kernel/observe";
import { afterAll, beforeAll, expect, it } from "vitest";

const bodies: string[] = [];
const collector = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => (body += part));
  request.on("end", () => {
    bodies.push(`${request.url}\n${body}`);
    response.end("{}");
  });
});
beforeAll(async () => {
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
});
afterAll(() => collector.close());
const log = createLogger("fatal", { write: () => undefined });

it("sends a fault with its causes and tags to the server of the DSN, and nothing of who wrote what", async () => {
  const { port } = collector.address() as AddressInfo;
  const reports = await openErrorReports({ dsn: `http://key@127.0.0.1:${port}/7`, release: "1.2.3", log });
  const cause = new Error('duplicate key\nparams: "what Ann wrote"');
  reports.capture(new Error("it could not be stored", { cause }), { requestId: "req-1" });
  await reports.close();
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toContain("/api/7/envelope/");
  for (const part of ["it could not be stored", "duplicate key", "req-1", "1.2.3"]) expect(bodies[0]).toContain(part);
  expect(bodies[0]).not.toContain("what Ann wrote");
  expect(bodies[0]).not.toContain("server_name");
});

it("says nothing to anybody without a DSN", async () => {
  const reports = await openErrorReports({ dsn: undefined, release: "1.2.3", log });
  reports.capture(new Error("nobody hears of it"));
  await reports.close();
  expect(bodies.join()).not.toContain("nobody hears of it");
});
