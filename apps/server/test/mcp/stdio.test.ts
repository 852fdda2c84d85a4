import { fileURLToPath } from "node:url";
import { createClient } from "@mindmesh/client";
import { mcpServerRoutes } from "@mindmesh/contracts/mcp-servers";
import { toolRoutes } from "@mindmesh/contracts/tools";
import { readConfig } from "@mindmesh/kernel/config";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, it } from "vitest";

let server: TestServer;
let ada: TestPerson;
beforeAll(async () => {
  const script = fileURLToPath(new URL("stdio-program.ts", import.meta.url));
  const programs = { inner: { command: process.execPath, args: [script], env: ["PROGRAM_TOKEN"] } };
  server = await startTestServer({
    environment: { MCP_STDIO_SERVERS: JSON.stringify(programs), PROGRAM_TOKEN: "for the program" },
  });
  ada = await server.signUp("Ada");
});
afterAll(() => server.close());

const admin = () => createClient(mcpServerRoutes, { baseUrl: server.url, token: () => ada.accessToken });
const params = () => ({ workspaceId: ada.workspaceId });
async function call(name: string): Promise<{ text: string }> {
  const tools = createClient(toolRoutes, { baseUrl: server.url, token: () => ada.accessToken });
  const { output } = await tools.callTool({ params: { ...params(), name: `mcp.box.${name}` }, body: { input: {} } });
  return output as { text: string };
}

it("a program that the operator did not name cannot be added, whatever the address says", async () => {
  for (const url of ["stdio:other", "stdio:/bin/sh", "stdio:constructor", "file:///bin/sh"]) {
    const adding = admin().addMcpServer({ params: params(), body: { name: "box", url } });
    await expect(adding, url).rejects.toMatchObject({ code: "invalid_fields" });
  }
  expect(readConfig({}).mcpPrograms).toEqual({});
  expect(() => readConfig({ MCP_STDIO_SERVERS: '{"x":{"command":"sh"}}' })).toThrow(/absolute path/);
  expect(() => readConfig({ MCP_STDIO_SERVERS: "sh" })).toThrow(/JSON/);
});

it("a program that the operator named brings its tools, finds only its variables, and is gone after the call", async () => {
  const added = await admin().addMcpServer({ params: params(), body: { name: "box", url: "stdio:inner" } });
  expect(added.tools.map(({ name, risk }) => [name, risk])).toEqual([
    ["crash", "critical"],
    ["look", "critical"],
  ]);
  for (const { name: tool, definitionHash } of added.tools) {
    const place = { ...params(), serverId: added.id, tool };
    await admin().changeOutsideTool({ params: place, body: { risk: "read", enabled: true, definitionHash } });
  }
  const { pid, environment } = JSON.parse((await call("look")).text) as { pid: number; environment: object };
  expect(environment).toEqual({ PROGRAM_TOKEN: "for the program" });
  await eventually(() => {
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    return Promise.resolve();
  });
});

it("a program that crashes fails the call in words, and the next call starts it anew", async () => {
  await expect(call("crash")).rejects.toMatchObject({ code: "tool_failed" });
  expect((await call("look")).text).toContain("pid");
});
