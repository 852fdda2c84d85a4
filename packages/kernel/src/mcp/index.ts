export { type McpRouteDependencies, mcpRoutesOn } from "./server/routes.ts";
