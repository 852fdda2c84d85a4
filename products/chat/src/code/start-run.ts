import { createHash } from "node:crypto";
import {
  type CodeRun,
  type RunLimits,
  type RunSettings,
  runLimitBounds,
  type runRoutes,
} from "@mindmesh/contracts/runs";
import type { Actor } from "@mindmesh/kernel/audit";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { and, eq, isNotNull } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { emitChatEvent } from "../events.ts";
import { findConversation } from "../find-conversation.ts";
import { findMessage } from "../find-message.ts";
import { switchedOff } from "./claim-run.ts";
import type { CodeRunner } from "./code-runner.ts";
import { thisRun } from "./end-run.ts";
import { readEditorFiles } from "./editor-files.ts";
import { runSettingsOf } from "./run-settings.ts";
import { runShape } from "./run-shapes.ts";
import type { SandboxAccess } from "./sandbox-access.ts";
import { type CodeRunRow, codeRuns } from "./schema.ts";

export interface StartDependencies {
  db: Database;
  runner: CodeRunner;
  sandbox: SandboxAccess;
  serverId: string;
}

/** Runs of one person in one conversation that may wait or run at once. */
const mostOpen = 10;

type Ask = Omit<z.output<typeof runRoutes.startRun.body>, "stdin"> & { stdin?: Uint8Array | undefined };

/**
 * Stores a run and lets it begin when it is its turn. The same `runId` a second time gives back the run as it is.
 * @param how `page`: ends when its person has gone away; `tool`: with its caller's signal, and `online` lets it reach the
 * hosts that the workspace allows, which what a person starts may anyway
 * @returns `ended` resolves when it has ended; at once for a run that was there already
 * @throws AppError not_found, not_allowed, sandbox_off, invalid_fields, queue_full
 */
export async function startRun(
  { db, runner, sandbox, serverId }: StartDependencies,
  caller: MemberCaller,
  actor: Actor,
  conversationId: string,
  ask: Ask,
  how: { origin: "page" } | { origin: "tool"; online: boolean },
): Promise<{ run: CodeRun; ended: Promise<void> }> {
  requireRight(caller, "code.run");
  const { workspaceId, personId } = caller;
  const begun = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const conversation = await findConversation(tx, caller, conversationId, "write");
    const id = ask.runId ?? uuidv7();
    const [known] = await tx.select().from(codeRuns).where(thisRun({ workspaceId, id }));
    if (known) {
      if (known.conversationId !== conversationId || known.personId !== personId) throw new AppError("already_exists");
      return { row: known, isNew: false };
    }
    if (ask.messageId !== undefined) await findMessage(tx, caller, conversationId, ask.messageId);
    const settings = await runSettingsOf(tx, workspaceId);
    if (!settings.enabled) throw switchedOff();
    const off = sandbox.describe();
    if (off !== null && off.driver === null) throw new AppError("sandbox_off", { message: off.reason ?? undefined });
    checkLimits(ask.limits, settings);
    const open = await tx
      .select({ id: codeRuns.id })
      .from(codeRuns)
      .where(
        and(
          eq(codeRuns.workspaceId, workspaceId),
          eq(codeRuns.conversationId, conversationId),
          eq(codeRuns.personId, personId),
          isNotNull(codeRuns.serverId),
        ),
      );
    if (open.length >= mostOpen) {
      throw new AppError("queue_full", {
        message: `You have ${open.length} programs in this conversation that wait or run; this one would be number ${open.length + 1}. Wait for one of them, or cancel it.`,
        retryAfterSeconds: 5,
      });
    }
    const files = ask.withEditorFiles
      ? (await readEditorFiles(tx, { workspaceId, conversationId })).filter(({ path }) => path !== ask.entryName)
      : [];
    const [row] = await tx
      .insert(codeRuns)
      .values({
        workspaceId,
        id,
        conversationId,
        personId,
        origin: how.origin === "tool" ? "tool" : ask.blockIndex === undefined ? "panel" : "block",
        messageId: ask.messageId ?? null,
        blockIndex: ask.blockIndex ?? null,
        language: ask.language,
        entryName: ask.entryName ?? null,
        source: ask.source,
        sourceHash: createHash("sha256").update(ask.source).digest("hex"),
        files: files.map(({ path, content }) => ({ path, content })),
        status: "queued",
        queuePosition: open.length === 0 ? null : open.length,
        serverId,
        createdAt: new Date().toISOString(),
      })
      .returning();
    if (!row) throw new AppError("internal");
    await emitChatEvent(tx, conversation, "chat.run.changed", { run: runShape(row) }, personId);
    return { row, isNew: true };
  });
  const { row, isNew } = begun;
  if (!isNew) return { run: runShape(row), ended: Promise.resolve() };
  const ended = runner.start({
    run: row,
    caller,
    actor,
    stdin: ask.stdin,
    limits: definedLimits(ask.limits),
    keepVariables: ask.keepVariables,
    online: how.origin === "page" || how.online,
    needsPerson: how.origin === "page" && caller.via.kind === "session",
  });
  return { run: runShape(row), ended };
}

/** @throws AppError invalid_fields for a limit above the workspace's */
function checkLimits(asked: Ask["limits"], { limits }: RunSettings): void {
  const fields: Record<string, string> = {};
  for (const name of Object.keys(runLimitBounds) as (keyof RunLimits)[]) {
    if ((asked?.[name] ?? 0) <= limits[name]) continue;
    fields[`limits.${name}`] = `An admin has set the limit to ${limits[name].toLocaleString("en")}.`;
  }
  if (Object.keys(fields).length > 0) throw new AppError("invalid_fields", { fields });
}

function definedLimits(asked: Ask["limits"]): Partial<RunLimits> {
  return Object.fromEntries(Object.entries(asked ?? {}).filter(([, value]) => value !== undefined));
}

/** Stops a run of the conversation. @throws AppError not_found, not_allowed */
export async function cancelRun(
  { db, runner }: Pick<StartDependencies, "db" | "runner">,
  caller: MemberCaller,
  place: { conversationId: string; runId: string },
): Promise<void> {
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConversation(tx, caller, place.conversationId, "write");
    await findRun(tx, caller.workspaceId, place);
  });
  await runner.cancel(place.runId);
}

/** @throws AppError not_found */
export async function findRun(
  tx: Parameters<typeof findConversation>[0],
  workspaceId: string,
  { conversationId, runId }: { conversationId: string; runId: string },
): Promise<CodeRunRow> {
  const [row] = await tx
    .select()
    .from(codeRuns)
    .where(and(thisRun({ workspaceId, id: runId }), eq(codeRuns.conversationId, conversationId)));
  if (!row) throw new AppError("not_found");
  return row;
}
