import { once } from "node:events";
import { connect } from "node:net";
import { startTestServer } from "@mindmesh/test-support";
import { expect, it } from "vitest";

it("a server that stops does not wait for a connection on which nothing was asked, such as a browser's spare one", async () => {
  const server = await startTestServer();
  const spare = connect(Number(new URL(server.url).port), "127.0.0.1").on("error", () => undefined);
  await once(spare, "connect");
  // The server has taken it once it answers what came after it.
  expect((await fetch(`${server.url}/api/health`)).status).toBeLessThan(500);
  const closed = once(spare, "close");
  await server.close();
  await closed;
});
