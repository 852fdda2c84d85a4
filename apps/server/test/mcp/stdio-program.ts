// A program that speaks MCP over its standard input and output; started by the server under test.
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";

const server = new McpServer({ name: "program", version: "1" });
server.registerTool("look", { description: "Tells what it finds around itself" }, () => ({
  content: [{ type: "text", text: JSON.stringify({ pid: process.pid, environment: process.env }) }],
}));
server.registerTool("crash", { description: "Ends at once" }, () => process.exit(3));
await server.connect(new StdioServerTransport());
