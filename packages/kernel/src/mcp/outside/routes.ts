import { mcpServerRoutes } from "@mindmesh/contracts/mcp-servers";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../../audit/index.ts";
import { implement } from "../../http/index.ts";
import {
  type OutsideDependencies,
  addServer,
  changeTool,
  deleteServer,
  listServers,
  lookAtServer,
} from "./outside-servers.ts";

/** Registers what an admin does with outside MCP servers. */
export function outsideMcpRoutesOn(app: FastifyInstance, dependencies: OutsideDependencies): void {
  implement(app, mcpServerRoutes, {
    listMcpServers: async ({ caller }) => ({ items: await listServers(dependencies, caller) }),
    addMcpServer: ({ caller, body, request }) => addServer(dependencies, caller, actorOf(request), body),
    lookAtMcpServer: ({ caller, params }) => lookAtServer(dependencies, caller, params.serverId),
    deleteMcpServer: ({ caller, params, request }) =>
      deleteServer(dependencies, caller, actorOf(request), params.serverId),
    changeOutsideTool: ({ caller, params, body, request }) =>
      changeTool(dependencies, caller, actorOf(request), params, body),
  });
}
