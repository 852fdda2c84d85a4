export { type McpRouteDependencies, mcpRoutesOn } from "./server/routes.ts";
export { outsideMcpRoutesOn } from "./outside/routes.ts";
export { outsideTools } from "./outside/outside-tools.ts";
export { watchServers } from "./outside/watch-servers.ts";
export { reencryptMcpTokens } from "./outside/outside-servers.ts";
