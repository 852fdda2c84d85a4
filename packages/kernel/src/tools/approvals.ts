import type { ToolCallState } from "@mindmesh/contracts/tools";
import { roleMay } from "@mindmesh/contracts/permissions";
import { and, isNull } from "drizzle-orm";
import { credentialOf } from "../audit/index.ts";
import type { Database, Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import type { Notifications } from "../realtime/index.ts";
import { auditCall, findCall, findDecidable, moveCall, notExpired } from "./call-rows.ts";
import { type ToolCallRow, toolCalls } from "./schema.ts";
import { readSettings } from "./settings.ts";

/** NOTIFY to all servers: the call with this id was decided or is to stop. */
export const decidedChannel = "mindmesh_tool_decided";

/** What became of a call, as far as it can no longer be approved, for who comes too late. */
const whyNot: Record<Exclude<ToolCallState, "approved">, string> = {
  waiting: "The call has not been approved yet.",
  running: "The call runs already.",
  done: "The call has run already.",
  failed: "The call has ended already.",
  refused: "The call was refused.",
  expired: "The approval came too late: the call has expired.",
  cancelled: "The call was cancelled.",
  lost: "The server stopped while the call ran.",
};

export function approvalVoid(row: ToolCallRow): AppError {
  if (row.state === "approved") return new AppError("approval_void", { message: whyNot.expired });
  const late = row.state === "waiting" && row.expiresAt !== null && row.expiresAt <= new Date().toISOString();
  return new AppError("approval_void", { message: whyNot[late ? "expired" : row.state] });
}

interface Deciding {
  db: Database;
  notifications: Notifications;
  /** How long the next step may take; minutes. */
  waitMinutes: number;
}

/**
 * Lets a waiting call run, with the arguments that the hash names: the person's yes, and where the workspace wants it an
 * admin's after it; the yes of a person who is an admin counts for both. A key cannot approve what it asked for itself.
 * @throws AppError approval_void when the call no longer waits for the caller or the hash is another's; not_allowed
 */
export async function approveCall(
  { db, notifications, waitMinutes }: Deciding,
  caller: MemberCaller,
  callId: string,
  argumentsHash: string,
): Promise<ToolCallRow> {
  const row = await decide(db, caller, callId, async (tx, call) => {
    if (caller.via.kind === "api_key" && caller.via.keyId === call.apiKeyId) {
      throw new AppError("not_allowed", {
        message: "The API key that asked for the call cannot approve it. Approve it on the page.",
      });
    }
    if (call.argumentsHash !== argumentsHash) {
      throw new AppError("approval_void", { message: "The approval names other arguments than the call has." });
    }
    const isAdmin = roleMay(caller.role, "tools.manage");
    const now = new Date().toISOString();
    const approved = { state: "approved" as const, decidedAt: now, decidedBy: caller.personId };
    if (call.personId !== caller.personId) return moveCall(tx, call, ["waiting"], approved, notExpired);
    // The workspace may have decided to ask an admin since the call was asked for.
    const { criticalApproval } = await readSettings(tx, caller.workspaceId);
    const needsAdmin = (call.needsAdmin || criticalApproval === "admin") && !isAdmin;
    if (!needsAdmin) {
      return moveCall(
        tx,
        call,
        ["waiting"],
        { ...approved, personApprovedAt: call.personApprovedAt ?? now },
        notExpired,
      );
    }
    if (call.personApprovedAt !== null) {
      throw new AppError("approval_void", { message: "You have approved this call. An admin must approve it too." });
    }
    const expiresAt = new Date(Date.now() + waitMinutes * 60_000).toISOString();
    const passedOn = { state: "waiting" as const, needsAdmin: true, personApprovedAt: now, expiresAt };
    return moveCall(tx, call, ["waiting"], passedOn, and(notExpired, isNull(toolCalls.personApprovedAt)));
  });
  await notifications.notify(decidedChannel, callId);
  return row;
}

/** @throws AppError approval_void when the call no longer waits */
export async function refuseCall(
  { db, notifications }: Deciding,
  caller: MemberCaller,
  callId: string,
): Promise<ToolCallRow> {
  const row = await decide(db, caller, callId, (tx, call) => {
    const now = new Date().toISOString();
    const error = call.personId === caller.personId ? "The call was refused." : "An admin refused the call.";
    const refused = { state: "refused" as const, error, decidedAt: now, decidedBy: caller.personId, finishedAt: now };
    return moveCall(tx, call, ["waiting"], refused);
  });
  await notifications.notify(decidedChannel, callId);
  return row;
}

function decide(
  db: Database,
  caller: MemberCaller,
  callId: string,
  move: (tx: Transaction, row: ToolCallRow) => Promise<ToolCallRow | null>,
): Promise<ToolCallRow> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findDecidable(tx, caller, callId);
    const moved = await move(tx, row);
    if (moved === null) throw approvalVoid(await findDecidable(tx, caller, callId));
    await auditCall(tx, moved, moved.state === "waiting" ? "tool.passed_to_admin" : `tool.${moved.state}`, {
      personId: caller.personId,
      ...credentialOf(caller),
    });
    return moved;
  });
}

/** How often a waiting call looks by itself, should the message of its decision have been lost; milliseconds. */
const lookEveryMs = 5000;

/** Wakes who waits for the decision of a call. */
export function watchDecisions(db: Database, notifications: Notifications) {
  const waiting = new Map<string, () => void>();
  notifications.on(decidedChannel, (callId) => waiting.get(callId)?.());
  notifications.onReconnect(() => waiting.forEach((look) => look()));

  /**
   * Resolves with the call once it no longer waits, or its time is over.
   * @param onPassedOn hears of the call when the person has approved it and it goes on waiting for an admin
   * @throws the signal's reason when it is aborted
   */
  return async function decided(
    caller: MemberCaller,
    { id: callId, personApprovedAt }: ToolCallRow,
    signal: AbortSignal,
    onPassedOn: (row: ToolCallRow) => void | Promise<void>,
  ): Promise<ToolCallRow> {
    let isTold = personApprovedAt !== null;
    try {
      for (;;) {
        signal.throwIfAborted();
        let timer: NodeJS.Timeout | undefined;
        // Listening before looking: a decision in between is not missed.
        const woken = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, lookEveryMs);
          waiting.set(callId, resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        const row = await db.withWorkspace(tenantOf(caller), (tx) => findCall(tx, caller, callId));
        const late = row.expiresAt !== null && row.expiresAt <= new Date().toISOString();
        if (row.state !== "waiting" || late) {
          clearTimeout(timer);
          return row;
        }
        if (row.personApprovedAt !== null && !isTold) {
          isTold = true;
          await onPassedOn(row);
        }
        await woken;
        clearTimeout(timer);
      }
    } finally {
      waiting.delete(callId);
    }
  };
}
