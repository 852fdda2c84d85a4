import type { ErrorCode } from "@mindmesh/contracts/errors";
import type { ToolCall, ToolCallState, ToolOrigin } from "@mindmesh/contracts/tools";
import { roleMay } from "@mindmesh/contracts/permissions";
import { type SQL, and, count, eq, inArray, isNotNull, or, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Actor, type AuditableDeed, audit, auditEntry, credentialOf } from "../audit/index.ts";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { notifyPerson, settleNotifications } from "../notify/index.ts";
import { emitEvent } from "../realtime/index.ts";
import type { BoundArguments } from "./arguments.ts";
import { type ToolCallRow, toolCalls } from "./schema.ts";
import type { Tool } from "./tool.ts";

/** The call as the contract shows it. */
export function toolCallShape(row: ToolCallRow): ToolCall {
  return {
    id: row.id,
    personId: row.personId,
    tool: row.tool,
    title: row.title,
    risk: row.risk,
    origin: row.origin,
    subject: row.subject,
    arguments: JSON.parse(row.arguments) as unknown,
    argumentsHash: row.argumentsHash,
    state: row.state,
    error: row.error,
    resultBytes: row.resultBytes,
    resultCut: row.resultCut,
    needsAdmin: row.needsAdmin,
    personApprovedAt: row.personApprovedAt,
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    durationMs: row.durationMs,
  };
}

/** Tells the person of a call that waits or waited for approval; others are told of by whoever asked for them. */
async function announce(tx: Transaction, row: ToolCallRow): Promise<void> {
  if (row.expiresAt === null) return;
  const { workspaceId, personId } = row;
  const about = `tool-call:${row.id}`;
  const asked = row.state === "waiting" && row.personApprovedAt === null;
  if (asked) {
    await notifyPerson(tx, {
      workspaceId,
      personId,
      kind: "approval",
      title: `“${row.title}” waits for your approval`,
      body: "",
      subject: about,
      target: row.subject?.startsWith("conversation:") ? row.subject : "tool-calls",
    });
  } else await settleNotifications(tx, workspaceId, about);
  await emitEvent(tx, {
    workspaceId: row.workspaceId,
    type: "tools.call.changed",
    payload: { call: toolCallShape(row) },
    audiencePersonId: row.personId,
  });
  if (row.needsAdmin && row.personApprovedAt !== null) {
    await emitEvent(tx, { workspaceId, type: "tools.approvals.changed", payload: {} });
  }
}

export interface NewCall {
  caller: MemberCaller;
  tool: Tool;
  bound: BoundArguments;
  origin: ToolOrigin;
  subject: string | null;
  id?: string | undefined;
  /** The process that runs it; null while it waits. */
  serverId: string | null;
}

/** Writes a call down before it runs or waits, together with its entry in the audit log. */
export async function insertCall(
  tx: Transaction,
  call: NewCall,
  begin:
    | { state: "running" }
    | { state: "waiting"; waitMinutes: number; needsAdmin: boolean }
    | { state: "failed"; errorCode: ErrorCode; error: string },
): Promise<ToolCallRow> {
  const { caller, tool, bound } = call;
  if (begin.state === "waiting") await requireRoomForWaiting(tx, caller);
  const now = new Date().toISOString();
  const credential = credentialOf(caller);
  const id = call.id ?? uuidv7();
  const did = { running: "tool.called", waiting: "tool.approval_asked", failed: "tool.denied" }[begin.state];
  // Both in one statement: every call of a tool waits for it.
  const entry = tx.$with("entry").as(
    auditEntry(
      tx,
      { personId: caller.personId, ...credential, ip: null, requestId: null },
      callDeed(
        {
          id,
          workspaceId: caller.workspaceId,
          tool: tool.name,
          origin: call.origin,
          risk: tool.risk,
          argumentsHash: bound.hash,
        },
        did,
      ),
    ).returning({ id: sql`1`.as("written") }),
  );
  const [row] = await tx
    .with(entry)
    .insert(toolCalls)
    .values({
      workspaceId: caller.workspaceId,
      id,
      personId: caller.personId,
      apiKeyId: credential.keyId ?? null,
      origin: call.origin,
      subject: call.subject,
      tool: tool.name,
      title: tool.title,
      risk: tool.risk,
      arguments: bound.text,
      argumentsHash: bound.hash,
      state: begin.state,
      serverId: call.serverId,
      createdAt: now,
      ...(begin.state === "running" && { startedAt: now }),
      ...(begin.state === "failed" && { errorCode: begin.errorCode, error: begin.error, finishedAt: now }),
      ...(begin.state === "waiting" && {
        needsAdmin: begin.needsAdmin,
        expiresAt: new Date(Date.now() + begin.waitMinutes * 60_000).toISOString(),
      }),
    })
    .returning();
  if (!row) throw new AppError("internal");
  await announce(tx, row);
  return row;
}

/** Nobody can look through more; a program that asks for ever must not fill the page. */
const mostWaiting = 100;

async function requireRoomForWaiting(tx: Transaction, { workspaceId, personId }: MemberCaller): Promise<void> {
  const [open] = await tx
    .select({ count: count() })
    .from(toolCalls)
    .where(
      and(
        eq(toolCalls.workspaceId, workspaceId),
        eq(toolCalls.personId, personId),
        eq(toolCalls.state, "waiting"),
        notExpired,
      ),
    );
  if ((open?.count ?? 0) < mostWaiting) return;
  throw new AppError("too_many_requests", {
    message: `${mostWaiting} calls wait for your approval already. Decide on some of them first.`,
  });
}

/** An entry of the audit log about a call: which one and bound to what; never the arguments themselves. */
export async function auditCall(
  tx: Transaction,
  row: ToolCallRow,
  action: string,
  actor: Pick<Actor, "personId" | "keyId" | "programId">,
): Promise<void> {
  await audit(tx, { ...actor, ip: null, requestId: null }, callDeed(row, action));
}

function callDeed(
  call: Pick<ToolCallRow, "workspaceId" | "id" | "tool" | "origin" | "risk" | "argumentsHash">,
  action: string,
): AuditableDeed {
  const { workspaceId, id: callId, tool, origin, risk, argumentsHash } = call;
  return { workspaceId, action, target: { kind: "tool", id: tool }, details: { callId, origin, risk, argumentsHash } };
}

/**
 * Moves a call from one of the states `from` to another in a single statement, so that of two at once only one does.
 * @returns null when it was in none of them, or `condition` does not hold
 */
export async function moveCall(
  tx: Transaction,
  call: { workspaceId: string; id: string },
  from: readonly ToolCallState[],
  change: Partial<ToolCallRow> & { state: ToolCallState },
  condition?: SQL,
): Promise<ToolCallRow | null> {
  const [row] = await tx
    .update(toolCalls)
    .set(change)
    .where(
      and(
        eq(toolCalls.workspaceId, call.workspaceId),
        eq(toolCalls.id, call.id),
        inArray(toolCalls.state, [...from]),
        condition,
      ),
    )
    .returning();
  if (!row) return null;
  await announce(tx, row);
  return row;
}

/** Holds while an approval may still come or be used; by the database's clock, which all servers share. */
export const notExpired = sql`${toolCalls.expiresAt} > now()`;

/** A call that the caller may decide on: their own, or as an admin one that waits for an admin. @throws AppError not_found */
export async function findDecidable(tx: Transaction, caller: MemberCaller, callId: string): Promise<ToolCallRow> {
  const [row] = await tx
    .select()
    .from(toolCalls)
    .where(
      and(
        eq(toolCalls.workspaceId, caller.workspaceId),
        eq(toolCalls.id, callId),
        roleMay(caller.role, "tools.manage")
          ? or(
              eq(toolCalls.personId, caller.personId),
              and(toolCalls.needsAdmin, isNotNull(toolCalls.personApprovedAt)),
            )
          : eq(toolCalls.personId, caller.personId),
      ),
    );
  if (!row)
    throw new AppError("not_found", { message: "There is no tool call with this id that you could decide on." });
  return row;
}

/** One of the caller's calls. @throws AppError not_found */
export async function findCall(
  tx: Transaction,
  caller: Pick<MemberCaller, "workspaceId" | "personId">,
  callId: string,
): Promise<ToolCallRow> {
  const [row] = await tx
    .select()
    .from(toolCalls)
    .where(
      and(
        eq(toolCalls.workspaceId, caller.workspaceId),
        eq(toolCalls.id, callId),
        eq(toolCalls.personId, caller.personId),
      ),
    );
  if (!row) throw new AppError("not_found", { message: "You have no tool call with this id." });
  return row;
}
