import { type ConnectionPlace, type ConnectionTest, usualLimits } from "@mindmesh/contracts/query/connections";
import { type ConnectionStage, connectionStages } from "@mindmesh/contracts/query/ingestion";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { OutboundRefused } from "@mindmesh/kernel/outbound";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { UndecipherableSecret } from "@mindmesh/kernel/secrets";
import { v7 as uuidv7 } from "uuid";
import { ConnectionFailure, StatementFailure } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";
import { checkPlace, checkPrivateAllowed, isFileEngine } from "./check-place.ts";
import { findFiles, checkFiles } from "./data-files.ts";
import { findConnection } from "./find-connection.ts";
import { checkSameAddress, enteredSecret, readableSecret, sealedSecret } from "./kept-secret.ts";
import { type SessionDependencies, openSession } from "./open-session.ts";

/** A test that takes longer is given up; milliseconds. */
const longestTest = 30_000;

/**
 * Opens a connection as it is stored, asks what its login may do, and closes it.
 * @param left aborts when the person does not wait any more
 * @throws AppError not_allowed, not_found
 */
export async function testConnection(
  dependencies: SessionDependencies,
  caller: MemberCaller,
  actor: Actor,
  { connectionId, testId }: { connectionId: string; testId: string | null },
  left: AbortSignal,
): Promise<ConnectionTest> {
  requireRight(caller, "query.develop");
  const row = await dependencies.db.withWorkspace(tenantOf(caller), (tx) => findConnection(tx, caller, connectionId));
  const stages = liveStages(dependencies, caller, testId);
  const result = await tryToOpen(dependencies, row, left, stages.tell);
  await stages.all();
  return recorded(dependencies, actor, row, result);
}

/**
 * The same for settings that are not stored.
 * @throws AppError not_allowed, not_found, invalid_fields
 */
export async function testPlace(
  dependencies: SessionDependencies,
  caller: MemberCaller,
  actor: Actor,
  { connectionId, testId, ...place }: ConnectionPlace & { connectionId: string | null; testId: string | null },
  left: AbortSignal,
): Promise<ConnectionTest> {
  requireRight(caller, "query.manage");
  checkPlace(place);
  const row = await dependencies.db.withWorkspace(tenantOf(caller), async (tx): Promise<ConnectionRow> => {
    const stored = connectionId === null ? null : await findConnection(tx, caller, connectionId);
    const files = await findFiles(tx, caller, place.files, stored?.files ?? []);
    checkFiles(place.engine, files);
    const isAllowedAlready = stored?.privateAllowed === true && stored.network?.host === place.network?.host;
    if (!isAllowedAlready) checkPrivateAllowed(caller, place.privateAllowed);
    const kept = stored === null ? { password: "", ssh: null } : readableSecret(dependencies.secrets, stored);
    checkSameAddress(kept, stored?.network ?? null, place.network, place.secret);
    return draftRow(dependencies, caller, place, files, enteredSecret(kept, place.secret));
  });
  const stages = liveStages(dependencies, caller, testId);
  const result = await tryToOpen(dependencies, row, left, stages.tell);
  await stages.all();
  return recorded(dependencies, actor, { ...row, id: connectionId ?? row.id }, result);
}

/** A row as if the settings were stored, for `openSession`. */
function draftRow(
  { secrets }: SessionDependencies,
  caller: MemberCaller,
  { engine, network, privateAllowed }: ConnectionPlace,
  files: ConnectionRow["files"],
  secret: ReturnType<typeof readableSecret>,
): ConnectionRow {
  const id = uuidv7();
  const now = new Date().toISOString();
  return {
    ...sealedSecret(secrets, id, secret),
    workspaceId: caller.workspaceId,
    id,
    name: "",
    engine,
    network,
    files,
    privateAllowed,
    readOnly: true,
    roles: [],
    consents: { names: false, statistics: false, samples: false },
    hidden: [],
    limits: usualLimits,
    label: null,
    ingestedAt: null,
    createdBy: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

async function tryToOpen(
  dependencies: SessionDependencies,
  row: ConnectionRow,
  left: AbortSignal,
  tell: (stage: ConnectionStage) => void,
): Promise<ConnectionTest> {
  const signal = AbortSignal.any([left, AbortSignal.timeout(longestTest)]);
  const stages = stagesOf(row);
  const told = new Set<ConnectionStage>();
  const passed = (stage: ConnectionStage) => {
    if (told.has(stage) || !stages.includes(stage)) return;
    told.add(stage);
    tell(stage);
  };
  try {
    const session = await openSession(dependencies, row, signal, passed);
    try {
      for (const stage of stages) if (stage !== "rights") passed(stage);
      const report = await session.report();
      passed("rights");
      return { ok: true, passed: stages, report };
    } finally {
      await session.close();
    }
  } catch (error) {
    const { stage, message, hostKey } = failureOf(error);
    const isRefused = error instanceof ConnectionFailure && error.cause instanceof OutboundRefused;
    const field = isRefused ? "privateAllowed" : fieldOf(stage, row);
    const at = stages.indexOf(stage);
    const before = at === -1 ? stages.filter((each) => told.has(each)) : stages.slice(0, at);
    return { ok: false, passed: before, stage, message, field, hostKey };
  }
}

/**
 * Tells the devices of the person who tests how far it has come, in order; `all` resolves once they have been told.
 * @param testId by which the page knows its test; null: nobody wants to be told
 */
function liveStages({ db }: SessionDependencies, { workspaceId, personId }: MemberCaller, testId: string | null) {
  let all: Promise<unknown> = Promise.resolve();
  const tell = (stage: ConnectionStage) => {
    if (testId === null) return;
    all = all.then(() =>
      db.withWorkspace({ workspaceId }, (tx) =>
        emitEvent(tx, {
          workspaceId,
          type: "query.connection.tested",
          payload: { testId, stage },
          actorId: personId,
          audiencePersonId: personId,
        }),
      ),
    );
    // Awaited at the end; until then nobody shall take its failure for a lost one.
    all.catch(() => undefined);
  };
  return { tell, all: () => all };
}

/** What opening has to pass, in its order. */
function stagesOf({ engine, network }: ConnectionRow): ConnectionStage[] {
  const skipped = new Set<ConnectionStage>(["time"]);
  if (isFileEngine(engine)) return ["file", "database", "rights"];
  skipped.add("file");
  if (network?.ssh == null) skipped.add("ssh");
  if (network?.tls === "off") skipped.add("tls");
  return connectionStages.filter((stage) => !skipped.has(stage));
}

/** Why a connection did not open or its login could not be asked. @throws what is a mistake of ours */
export function failureOf(error: unknown): { stage: ConnectionStage; message: string; hostKey: string | null } {
  if (error instanceof ConnectionFailure) return { stage: error.stage, message: error.message, hostKey: error.hostKey };
  if (error instanceof StatementFailure) return { stage: "rights", message: error.message, hostKey: null };
  if (error instanceof UndecipherableSecret) return { stage: "login", message: error.message, hostKey: null };
  if (error instanceof AppError) return { stage: "file", message: error.message, hostKey: null };
  throw error;
}

function fieldOf(stage: ConnectionStage, { network }: ConnectionRow): string | null {
  const fields: Record<ConnectionStage, string | null> = {
    address: "network.host",
    host: network?.ssh == null ? "network.port" : "network.ssh.port",
    ssh: "network.ssh",
    tls: "network.tls",
    login: "secret.password",
    database: "network.database",
    rights: null,
    file: "files",
    time: "network.host",
  };
  return network === null && stage !== "file" ? null : fields[stage];
}

async function recorded(
  { db }: SessionDependencies,
  actor: Actor,
  row: ConnectionRow,
  result: ConnectionTest,
): Promise<ConnectionTest> {
  await db.withWorkspace({ workspaceId: row.workspaceId }, (tx) =>
    audit(tx, actor, {
      workspaceId: row.workspaceId,
      action: "connection.tested",
      target: { kind: "connection", id: row.id },
      details: {
        engine: row.engine,
        host: row.network?.host ?? null,
        ...(result.ok ? { ok: true } : { ok: false, stage: result.stage }),
      },
    }),
  );
  return result;
}
