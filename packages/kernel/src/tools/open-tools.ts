import { roleMay, roles as allRoles } from "@mindmesh/contracts/permissions";
import type { ToolDescription, ToolOrigin, ToolSettings } from "@mindmesh/contracts/tools";
import type { z } from "zod";
import type { Database, Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { memberFromRecord, presentMember } from "../identity/index.ts";
import type { Notifications } from "../realtime/index.ts";
import { tellAdmins } from "./admin-approvals.ts";
import { approvalVoid, approveCall, decidedChannel, refuseCall, watchDecisions } from "./approvals.ts";
import { type BoundArguments, bindArguments } from "./arguments.ts";
import { type NewCall, findCall, findDecidable, insertCall, moveCall, notExpired } from "./call-rows.ts";
import type { CappedOutput } from "./cap-output.ts";
import { type StopReason, cancelledError, runTool } from "./run-tool.ts";
import type { ToolCallRow } from "./schema.ts";
import { openSettings, readSettings, settingsShape } from "./settings.ts";
import { sweepToolCalls } from "./sweep-calls.ts";
import type { Tool } from "./tool.ts";

export interface ToolAsk {
  caller: MemberCaller;
  name: string;
  input: unknown;
  origin: ToolOrigin;
  /** What the call belongs to, such as `conversation:<id>`: where the person who is asked for approval finds it. */
  subject?: string;
  signal?: AbortSignal;
  /** A call that was approved: it runs if tool, person and arguments are the ones that were approved. */
  approvalId?: string | undefined;
  /** Id for the record of the call, for who must know it before the call ends. */
  callId?: string;
  /**
   * With it, a critical call is waited for here, as long as an approval may come, and then runs; hears of the call that
   * waits, and again when the person has approved it and an admin must, too. Without it the call comes back as waiting, and who asked calls again with its id.
   */
  onWaiting?: (call: ToolCallRow) => void | Promise<void>;
  /** Hears when a call that waited begins to run. */
  onApproved?: () => void | Promise<void>;
}

export interface ToolResumption {
  caller: MemberCaller;
  callId: string;
  signal: AbortSignal;
  onWaiting: NonNullable<ToolAsk["onWaiting"]>;
  onApproved: NonNullable<ToolAsk["onApproved"]>;
}

export type ToolOutcome =
  | { state: "done"; call: ToolCallRow; output: unknown; cut: string[] }
  | { state: "waiting"; call: ToolCallRow };

/** Tools that come and go, such as those of outside servers that a workspace has added. */
export interface ToolSource {
  tools(workspaceId: string): Promise<readonly Tool[]>;
}

/** What products and other parts of the kernel use. */
export interface Tools {
  /** What the caller's role and key allow, by name; with `all` also what is switched off here. */
  list(caller: MemberCaller, all?: boolean): Promise<ToolDescription[]>;
  /**
   * The one way to call a tool: rights of the caller as they are now, arguments checked, recorded, in time, result
   * checked and cut to size.
   * @throws AppError not_found (no such tool), not_allowed, scope_missing, invalid_fields, approval_void, tool_timed_out,
   * call_cancelled, tool_failed, and what the tool itself refuses
   */
  call(ask: ToolAsk): Promise<ToolOutcome>;
  /**
   * Goes on with a critical call where a server that has died or stopped left it: waits for its approval, if that has
   * not come, and runs it.
   * @throws AppError approval_void when it has ended or run meanwhile, and all that `call` throws
   */
  resume(ask: ToolResumption): Promise<ToolOutcome>;
  /** A call that a program's record names, and who asked for it with their rights of now; null when there is none. */
  whoAsked(place: { workspaceId: string; personId: string; callId: string }): Promise<AskedCall | null>;
  approve(caller: MemberCaller, callId: string, argumentsHash: string): Promise<ToolCallRow>;
  refuse(caller: MemberCaller, callId: string): Promise<ToolCallRow>;
  /** Stops a call on whichever server it waits or runs. @throws AppError conflict when it has ended */
  cancel(caller: MemberCaller, callId: string): Promise<ToolCallRow>;
  /** @throws Error when a name is taken: a mistake of the program */
  add(tools: readonly Tool[]): void;
  settings: Pick<ReturnType<typeof openSettings>, "change" | "switchTool">;
  readSettings(workspaceId: string): Promise<ToolSettings>;
  addSource(source: ToolSource): void;
  /** Stops what runs, on this server. */
  close(): Promise<void>;
}

export interface AskedCall {
  row: ToolCallRow;
  /** Null when they are no longer a member, or the key is gone. */
  caller: MemberCaller | null;
}

export interface ToolsDependencies {
  db: Database;
  notifications: Notifications;
  serverId: string;
  /** Hears of faults of tools and of the part itself. */
  onError: (error: unknown) => void;
  /** How long a critical call waits for its approval; 60 minutes unless told. */
  waitMinutes?: number;
}

const sweepEveryMs = 5000;

/** Opens the registry of tools with its one way to call them. */
export function openTools(dependencies: ToolsDependencies): Tools {
  const { db, notifications, serverId, onError, waitMinutes = 60 } = dependencies;
  const known = new Map<string, Tool>();
  const sources: ToolSource[] = [];
  const running = new Map<string, { controller: AbortController; done: Promise<unknown> }>();
  const decided = watchDecisions(db, notifications);
  const settings = openSettings(db, notifications);
  const deciding = { db, notifications, waitMinutes };
  let closing = false;

  notifications.on("mindmesh_tool_cancel", (callId) => stop(callId, "cancelled"));
  const sweep = () =>
    sweepToolCalls(db)
      .then(() => tellAdmins(db))
      .catch(onError);
  void sweep();
  const timer = setInterval(() => void sweep(), sweepEveryMs);

  function stop(callId: string, reason: StopReason): void {
    running.get(callId)?.controller.abort(reason);
  }

  async function toolsOf(workspaceId: string): Promise<Map<string, Tool>> {
    const all = new Map(known);
    for (const source of sources) {
      // The house's own names cannot be taken over from outside.
      for (const tool of await source.tools(workspaceId)) if (!all.has(tool.name)) all.set(tool.name, tool);
    }
    return all;
  }

  async function findTool(workspaceId: string, name: string): Promise<Tool> {
    const tool = known.get(name) ?? (await toolsOf(workspaceId)).get(name);
    if (!tool) throw new AppError("not_found", { message: `There is no tool named ${JSON.stringify(name)}.` });
    return tool;
  }

  /** Why the caller may not use the tool; null when they may. */
  async function refusalOf(caller: MemberCaller | null, tool: Tool): Promise<AppError | null> {
    if (caller === null) {
      return new AppError("not_allowed", { message: "You are no longer a member of the workspace." });
    }
    if (tool.right !== null && !roleMay(caller.role, tool.right)) return new AppError("not_allowed");
    if (!caller.scopes.has(tool.scope)) return new AppError("scope_missing");
    const { disabled } = await settings.of(caller.workspaceId);
    return disabled.includes(tool.name)
      ? new AppError("not_allowed", { message: `An admin has switched off the tool ${tool.title} here.` })
      : null;
  }

  /** Rights as they are now; a refusal is written down. */
  async function authorise(call: Omit<NewCall, "serverId">): Promise<MemberCaller> {
    const { caller, tool } = call;
    const present = await presentMember(db, caller);
    const refusal = await refusalOf(present, tool);
    if (refusal === null && present !== null) return present;
    const error = refusal ?? new AppError("not_allowed");
    await db.withWorkspace(tenantOf(caller), async (tx) => {
      await insertCall(
        tx,
        { ...call, serverId: null },
        { state: "failed", errorCode: error.code, error: error.message },
      );
    });
    throw error;
  }

  /** Why what was approved must not run after all: rights, the tool, or the rule of who approves have changed. */
  async function voidReason(present: MemberCaller | null, tool: Tool, found: ToolCallRow): Promise<AppError | null> {
    const refusal = await refusalOf(present, tool);
    if (refusal !== null || present === null) return refusal;
    if (tool.risk !== found.risk) {
      return new AppError("approval_void", {
        message: "The tool has been changed since the call was asked for. Ask for it again.",
      });
    }
    if (found.state !== "approved") return null;
    const { workspaceId } = present;
    const { criticalApproval } = await db.withWorkspace(tenantOf(present), (tx) => readSettings(tx, workspaceId));
    if (criticalApproval !== "admin" && !found.needsAdmin) return null;
    const by = found.decidedBy;
    const approver = by === null ? null : await memberFromRecord(db, { workspaceId, personId: by, keyId: null });
    if (approver !== null && roleMay(approver.role, "tools.manage")) return null;
    return new AppError("approval_void", {
      message:
        found.needsAdmin && by !== present.personId
          ? "Whoever approved the call is no longer an admin. Ask for a new approval."
          : "Critical calls need an admin’s approval here now. Ask for a new approval.",
    });
  }

  /** What was approved begins to run, once, if everything is still as it was when it was approved. */
  async function claim(
    asker: MemberCaller,
    name: string,
    bound: BoundArguments,
    callId: string,
  ): Promise<{ row: ToolCallRow; caller: MemberCaller; tool: Tool }> {
    const tool = await findTool(asker.workspaceId, name);
    const present = await presentMember(db, asker);
    const found = await db.withWorkspace(tenantOf(asker), (tx) => findCall(tx, asker, callId));
    if (found.argumentsHash !== bound.hash) {
      throw new AppError("approval_void", {
        message: "The approval is for other arguments. Ask for an approval of these.",
      });
    }
    const reason = await voidReason(present, tool, found);
    const row = await db.withWorkspace(tenantOf(asker), async (tx) => {
      const now = new Date().toISOString();
      if (reason !== null) {
        // Void for good: rights that come back do not wake an old approval.
        const failed = { state: "failed" as const, errorCode: reason.code, error: reason.message, finishedAt: now };
        await moveCall(tx, found, ["waiting", "approved"], failed);
        return null;
      }
      const begun = { state: "running" as const, serverId, startedAt: now };
      const claimed = await moveCall(tx, found, ["approved"], begun, notExpired);
      if (claimed === null) throw approvalVoid(await findCall(tx, asker, callId));
      return claimed;
    });
    if (row === null || present === null) throw reason ?? new AppError("not_allowed");
    return { row, caller: present, tool };
  }

  async function waitForDecision(
    caller: MemberCaller,
    row: ToolCallRow,
    signal: AbortSignal,
    onWaiting: NonNullable<ToolAsk["onWaiting"]>,
  ): Promise<void> {
    try {
      await onWaiting(row);
      const after = await decided(caller, row, signal, onWaiting);
      if (after.state !== "approved") throw approvalVoid(after);
    } catch (error) {
      const reason: unknown = signal.reason;
      const ended = signal.aborted ? cancelledError(reason) : error;
      // A server that stops leaves the call waiting: whoever asked takes it up again on the next one.
      const left = signal.aborted && reason === ("stopping" satisfies StopReason);
      if (!left && (signal.aborted || !(error instanceof AppError))) await end(caller, row.id, ended, null);
      throw ended;
    }
  }

  /** Writes down how a call ended; what has an end already keeps it. */
  async function end(
    caller: MemberCaller,
    callId: string,
    error: unknown,
    result: (CappedOutput & { durationMs: number }) | { durationMs: number } | null,
  ): Promise<ToolCallRow> {
    const failure = error === null ? null : error instanceof AppError ? error : new AppError("internal");
    const state = failure === null ? "done" : failure.code === "call_cancelled" ? "cancelled" : "failed";
    // Should a power cut forget the end, the call counts as lost, which it says itself.
    const settings = { relaxedDurability: true };
    const write = async (tx: Transaction) => {
      const moved = await moveCall(
        tx,
        { workspaceId: caller.workspaceId, id: callId },
        ["waiting", "approved", "running"],
        {
          state,
          errorCode: failure?.code ?? null,
          error: failure?.message ?? null,
          serverId: null,
          finishedAt: new Date().toISOString(),
          durationMs: result === null ? null : Math.round(result.durationMs),
          ...(result !== null && "bytes" in result && { resultBytes: result.bytes, resultCut: result.cut.length > 0 }),
        },
      );
      return moved ?? findCall(tx, caller, callId);
    };
    return db.withWorkspace(tenantOf(caller), write, settings);
  }

  async function execute(caller: MemberCaller, tool: Tool, input: unknown, row: ToolCallRow, signal: AbortSignal) {
    const begun = performance.now();
    try {
      const result = await runTool(tool, input, { caller, subject: row.subject }, signal, (fault) =>
        onError(new Error(`the tool ${tool.name} failed`, { cause: fault })),
      );
      const call = await end(caller, row.id, null, { ...result, durationMs: performance.now() - begun });
      return { state: "done" as const, call, output: result.output, cut: result.cut };
    } catch (error) {
      await end(caller, row.id, error, { durationMs: performance.now() - begun });
      throw error;
    }
  }

  /** Runs `work` with a signal that fires when who asked goes away, on a cancellation, and when the server stops. */
  async function track<T>(callId: string, asked: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>) {
    const controller = new AbortController();
    const onAbort = () => controller.abort(asked?.reason === "stopping" ? "stopping" : "cancelled");
    if (asked?.aborted) onAbort();
    asked?.addEventListener("abort", onAbort, { once: true });
    const done = work(controller.signal);
    running.set(callId, { controller, done });
    try {
      return await done;
    } finally {
      running.delete(callId);
      asked?.removeEventListener("abort", onAbort);
    }
  }

  /** Waits for the decision about a call, if that has not come, and runs it. */
  async function seeThrough(
    row: ToolCallRow,
    asked: { caller: MemberCaller; bound: BoundArguments; input: unknown },
    { onWaiting, onApproved }: Pick<ToolAsk, "onWaiting" | "onApproved">,
    signal: AbortSignal,
  ): Promise<ToolOutcome> {
    if (row.state === "waiting") await waitForDecision(asked.caller, row, signal, onWaiting ?? (() => undefined));
    const claimed = await claim(asked.caller, row.tool, asked.bound, row.id);
    await onApproved?.();
    return execute(claimed.caller, claimed.tool, checkedInput(claimed.tool, asked.input), claimed.row, signal);
  }

  async function call(ask: ToolAsk): Promise<ToolOutcome> {
    if (closing) throw new AppError("unavailable");
    const { name, origin, approvalId, onWaiting } = ask;
    const tool = await findTool(ask.caller.workspaceId, name);
    const { workspaceId, personId } = ask.caller;
    const bound = bindArguments(ask.input, { tool: name, workspaceId, personId });
    const asked = { tool, bound, origin, subject: ask.subject ?? null, id: ask.callId };
    const caller = approvalId === undefined ? await authorise({ ...asked, caller: ask.caller }) : ask.caller;
    const input = checkedInput(tool, ask.input);
    if (ask.signal?.aborted) throw cancelledError(ask.signal.reason);
    if (approvalId !== undefined) {
      const claimed = await claim(caller, name, bound, approvalId);
      return track(approvalId, ask.signal, (signal) =>
        execute(claimed.caller, claimed.tool, input, claimed.row, signal),
      );
    }
    if (tool.risk !== "critical") {
      // A read that a power cut forgets has changed nothing; what changes something is on the disk before it begins.
      const row = await db.withWorkspace(
        tenantOf(caller),
        (tx) => insertCall(tx, { ...asked, caller, serverId }, { state: "running" }),
        { relaxedDurability: tool.risk === "read" },
      );
      return track(row.id, ask.signal, (signal) => execute(caller, tool, input, row, signal));
    }
    const { criticalApproval } = await settings.of(workspaceId);
    const needsAdmin = criticalApproval === "admin" && !roleMay(caller.role, "tools.manage");
    const row = await db.withWorkspace(tenantOf(caller), (tx) =>
      insertCall(tx, { ...asked, caller, serverId: null }, { state: "waiting", waitMinutes, needsAdmin }),
    );
    if (onWaiting === undefined) return { state: "waiting", call: row };
    return track(row.id, ask.signal, (signal) => seeThrough(row, { caller, bound, input: ask.input }, ask, signal));
  }

  async function resume(ask: ToolResumption): Promise<ToolOutcome> {
    if (closing) throw new AppError("unavailable");
    const { caller, callId } = ask;
    const row = await db.withWorkspace(tenantOf(caller), (tx) => findCall(tx, caller, callId));
    if (row.state !== "waiting" && row.state !== "approved") throw approvalVoid(row);
    const input: unknown = JSON.parse(row.arguments);
    const { workspaceId, personId } = caller;
    const bound = bindArguments(input, { tool: row.tool, workspaceId, personId });
    return track(callId, ask.signal, (signal) => seeThrough(row, { caller, bound, input }, ask, signal));
  }

  async function cancel(caller: MemberCaller, callId: string): Promise<ToolCallRow> {
    const row = await db.withWorkspace(tenantOf(caller), async (tx) => {
      const now = new Date().toISOString();
      const cancelled = {
        state: "cancelled" as const,
        errorCode: "call_cancelled",
        error: "The call was cancelled.",
        finishedAt: now,
      };
      const found = await findCall(tx, caller, callId);
      const moved = await moveCall(tx, found, ["waiting", "approved", "running"], cancelled);
      if (moved === null) throw new AppError("conflict", { message: "The call has ended already." });
      return moved;
    });
    await notifications.notify("mindmesh_tool_cancel", callId);
    await notifications.notify(decidedChannel, callId);
    return row;
  }

  return {
    call,
    resume,
    cancel,
    async whoAsked({ workspaceId, personId, callId }) {
      const row = await db
        .withWorkspace({ workspaceId, userId: personId }, (tx) => findCall(tx, { workspaceId, personId }, callId))
        .catch((error: unknown) => {
          if (error instanceof AppError && error.code === "not_found") return null;
          throw error;
        });
      if (row === null) return null;
      return { row, caller: await memberFromRecord(db, { workspaceId, personId, keyId: row.apiKeyId }) };
    },
    settings,
    readSettings: async (workspaceId) => settingsShape(await settings.of(workspaceId)),
    async list(caller, all = false) {
      const { disabled } = await settings.of(caller.workspaceId);
      const off = new Set(disabled);
      return [...(await toolsOf(caller.workspaceId)).values()]
        .filter((tool) => (tool.right === null || roleMay(caller.role, tool.right)) && caller.scopes.has(tool.scope))
        .filter((tool) => all || !off.has(tool.name))
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .map((tool) => {
          const { name, title, purpose, inputSchema, outputSchema, risk, idempotent, scope, timeLimitMs, right } = tool;
          const roles = allRoles.filter((role) => right === null || roleMay(role, right));
          const enabled = !off.has(name);
          return {
            name,
            title,
            purpose,
            inputSchema,
            outputSchema,
            risk,
            idempotent,
            scope,
            timeLimitMs,
            roles,
            enabled,
          };
        });
    },
    async approve(caller, callId, argumentsHash) {
      const row = await db.withWorkspace(tenantOf(caller), (tx) => findDecidable(tx, caller, callId));
      const { workspaceId, personId, apiKeyId: keyId } = row;
      const asker =
        personId === caller.personId ? caller : await memberFromRecord(db, { workspaceId, personId, keyId });
      const refusal = await refusalOf(asker, await findTool(workspaceId, row.tool));
      if (refusal !== null) throw refusal;
      const approved = await approveCall(deciding, caller, callId, argumentsHash);
      if (approved.needsAdmin) await tellAdmins(db);
      return approved;
    },
    async refuse(caller, callId) {
      const refused = await refuseCall(deciding, caller, callId);
      if (refused.needsAdmin) await tellAdmins(db);
      return refused;
    },
    add(tools) {
      for (const tool of tools) {
        if (known.has(tool.name)) throw new Error(`two tools are named ${tool.name}`);
        known.set(tool.name, tool);
      }
    },
    addSource: (source) => void sources.push(source),
    async close() {
      closing = true;
      clearInterval(timer);
      for (const id of running.keys()) stop(id, "stopping");
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}

/** @throws AppError invalid_fields, with what is wrong with each field */
function checkedInput(tool: Tool, input: unknown): unknown {
  const parsed = tool.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) fields[pathOf(issue)] ??= issue.message;
  throw new AppError("invalid_fields", {
    fields,
    message: `The arguments of ${tool.name} are not right: ${Object.entries(fields)
      .slice(0, 10)
      .map(([field, message]) => `${field}: ${message}`)
      .join("; ")}`,
    cause: parsed.error,
  });
}

function pathOf(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 ? "input" : issue.path.join(".");
}
