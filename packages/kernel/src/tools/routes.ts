import { toolRoutes } from "@mindmesh/contracts/tools";
import type { FastifyInstance } from "fastify";
import type { Database } from "../db/index.ts";
import { implement, tenantOf } from "../http/index.ts";
import { findCall, toolCallShape } from "./call-rows.ts";
import { listToolCalls } from "./list-calls.ts";
import type { Tools } from "./open-tools.ts";

/** Registers the listing and calling of tools, and the decisions about critical calls. */
export function toolRoutesOn(app: FastifyInstance, { db, tools }: { db: Database; tools: Tools }): void {
  implement(app, toolRoutes, {
    listTools: async ({ caller }) => ({ items: await tools.list(caller) }),
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
