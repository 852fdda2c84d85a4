import { toolRoutes } from "@mindmesh/contracts/tools";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../audit/index.ts";
import type { Database } from "../db/index.ts";
import { implement, requireRight, tenantOf } from "../http/index.ts";
import { listToolApprovals } from "./admin-approvals.ts";
import { findCall, toolCallShape } from "./call-rows.ts";
import { listToolCalls } from "./list-calls.ts";
import type { Tools } from "./open-tools.ts";
import { listWorkspaceToolCalls } from "./workspace-calls.ts";

/** Registers the listing and calling of tools, and the decisions about critical calls. */
export function toolRoutesOn(app: FastifyInstance, { db, tools }: { db: Database; tools: Tools }): void {
  implement(app, toolRoutes, {
    listTools: async ({ caller, query }) => {
      const all = query.all === "true";
      if (all) requireRight(caller, "tools.manage");
      return { items: await tools.list(caller, all) };
    },
    switchTool: ({ caller, params, body, request }) =>
      tools.settings.switchTool(caller, actorOf(request), params.name, body.enabled),
    readToolSettings: ({ caller }) => tools.readSettings(caller.workspaceId),
    changeToolSettings: ({ caller, body, request }) => tools.settings.change(caller, actorOf(request), body),
    listToolApprovals: async ({ caller }) => ({ items: await listToolApprovals(db, caller) }),
    listWorkspaceToolCalls: ({ caller, query }) => listWorkspaceToolCalls(db, caller, query),
    callTool: async ({ caller, params, body, reply }) => {
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const outcome = await tools.call({
        caller,
        name: params.name,
        input: body.input,
        approvalId: body.approvalId,
        origin: caller.via.kind === "session" ? "page" : "api",
        signal: gone.signal,
      });
      const call = toolCallShape(outcome.call);
      return outcome.state === "done"
        ? { call, output: outcome.output, cut: outcome.cut }
        : { call, output: null, cut: [] };
    },
    listToolCalls: ({ caller, query }) => listToolCalls(db, caller, query),
    getToolCall: async ({ caller, params }) =>
      toolCallShape(await db.withWorkspace(tenantOf(caller), (tx) => findCall(tx, caller, params.callId))),
    approveToolCall: async ({ caller, params, body }) =>
      toolCallShape(await tools.approve(caller, params.callId, body.argumentsHash)),
    refuseToolCall: async ({ caller, params }) => toolCallShape(await tools.refuse(caller, params.callId)),
    cancelToolCall: async ({ caller, params }) => toolCallShape(await tools.cancel(caller, params.callId)),
  });
}
