/**
 * Mindmesh's `/mcp` under the official conformance suite, through a proxy that adds the key, which the suite cannot send.
 *
 *   CONFORMANCE=/folder/with/node_modules  where `npm i @modelcontextprotocol/conformance@0.1.16` was run (not a dependency:
 *                                          122 packages that nobody but this would need)
 *
 * Scenarios that call a fixture's tools, resources and prompts by name (`test_simple_text`, ...) say nothing of a server
 * without them and are left out, as are those for what is not offered: logging, completion, subscriptions to resources.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { startBenchServer } from "./running-server.ts";

const scenarios = [
  "server-initialize",
  "ping",
  "tools-list",
  "resources-list",
  "prompts-list",
  "dns-rebinding-protection",
];

/** Passes requests on with a key, everything else as it came, the names of host and origin too. */
async function startProxy(target: string, key: string) {
  const { hostname, port } = new URL(target);
  const pass = (asked: IncomingMessage, answer: ServerResponse) => {
    const headers = { ...asked.headers, authorization: `Bearer ${key}` };
    const way = request({ hostname, port, path: asked.url, method: asked.method, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(answer);
    });
    way.on("error", () => answer.destroy());
    asked.pipe(way);
  };
  const proxy = createServer(pass).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`, close: () => proxy.close() };
}

export async function mcpConformance(): Promise<void> {
  const folder = process.env["CONFORMANCE"];
  if (folder === undefined) return console.log("without the suite: CONFORMANCE names no folder");
  const suite = join(folder, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
  const server = await startBenchServer("native");
  try {
    const [person] = await server.people(1);
    const made = await fetch(`${server.url}/api/workspaces/${person?.workspaceId}/api-keys`, {
      method: "POST",
      headers: { ...person?.headers, "content-type": "application/json" },
      body: JSON.stringify({ name: "conformance", scope: "write", expiresInDays: null }),
    });
    const { secret } = (await made.json()) as { secret: string };
    const proxy = await startProxy(server.url, secret);
    const rows: Record<string, object> = {};
    for (const scenario of scenarios) {
      const run = promisify(execFile)(process.execPath, [suite, "server", "--url", proxy.url, "--scenario", scenario], {
        timeout: 60_000,
      });
      // It ends with 1 when a check fails.
      const { stdout, stderr } = await run.catch((error: unknown) => error as { stdout: string; stderr: string });
      const [, passed = "?", total = "?"] = /Passed: (\d+)\/(\d+)/.exec(stdout) ?? [];
      rows[scenario] = { passed: `${passed} of ${total}` };
      if (passed !== total || passed === "?") console.log(`${scenario}\n${stdout}${stderr}`);
    }
    console.table(rows);
    proxy.close();
  } finally {
    await server.close();
  }
}
