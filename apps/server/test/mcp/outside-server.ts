import { once } from "node:events";
import { type Server as HttpServer, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InMemoryServerEventBus, McpServer, createMcpHandler } from "@modelcontextprotocol/server";
import { z } from "zod";

export interface OutsideServer {
  url: string;
  /** `host:port`, for OUTBOUND_ALLOW_PRIVATE. */
  host: string;
  /** What its tool says that it does; another text is another definition. */
  describe(purpose: string): void;
  /** The same, and it has one more tool; who listens is told. */
  announce(purpose: string, tool: string): void;
  /** How many streams are open by which it can tell of changes. */
  listeners(): number;
  /** The arguments of the calls so far. */
  calls: unknown[];
  /** The Authorization headers that came. */
  authorizations: Set<string | undefined>;
  close(): Promise<void>;
}

/** An MCP server of somebody else: echoes, fails, floods, hangs. */
export async function startOutsideServer(): Promise<OutsideServer> {
  let purpose = "Says the words again";
  const more = new Set<string>();
  const calls: unknown[] = [];
  const authorizations = new Set<string | undefined>();
  const bus = new InMemoryServerEventBus();
  const handler = createMcpHandler(serve, { bus });
  function serve() {
    const server = new McpServer({ name: "outside", version: "1" });
    const words = z.object({ words: z.string() });
    server.registerTool("echo.words", { title: "Echo", description: purpose, inputSchema: words }, (input) => {
      calls.push(input);
      return { content: [{ type: "text", text: `Echo: ${input.words}` }] };
    });
    server.registerTool("fail", { description: "Fails" }, () => ({
      content: [{ type: "text", text: "out of paper" }],
      isError: true,
    }));
    server.registerTool("flood", { description: "Says too much" }, () => ({
      content: [{ type: "text", text: "x".repeat(50 * 1024 * 1024) }],
    }));
    for (const name of more) server.registerTool(name, { description: "New here" }, () => ({ content: [] }));
    return server;
  }
  const http: HttpServer = createServer((request, response) => {
    authorizations.add(request.headers.authorization);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const headers = new Headers(request.headers as Record<string, string>);
      const body = request.method === "POST" ? Buffer.concat(chunks) : null;
      void handler
        .fetch(new Request(`http://outside${request.url}`, { method: request.method ?? "GET", headers, body }))
        .then(async (answer) => {
          response.writeHead(answer.status, Object.fromEntries(answer.headers));
          for await (const chunk of answer.body ?? []) response.write(chunk);
          response.end();
        });
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/mcp`,
    host,
    listeners: () => bus.listenerCount,
    calls,
    authorizations,
    describe: (text) => void (purpose = text),
    announce(text, tool) {
      purpose = text;
      more.add(tool);
      handler.notify.toolsChanged();
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await handler.close();
    },
  };
}
