import type { addProviderKeyBody } from "@mindmesh/contracts/models";
import { roleMay } from "@mindmesh/contracts/permissions";
import { and, eq, isNull } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { type Actor, audit } from "../audit/index.ts";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import type { Outbound } from "../outbound/index.ts";
import { emitEvent } from "../realtime/index.ts";
import type { Secrets } from "../secrets/index.ts";
import type { ModelSettings } from "./connection.ts";
import { baseUrlsOf } from "./connection.ts";
import { type ProviderKeyRow, keyContext } from "./provider-keys.ts";
import { providers, readBaseUrl } from "./providers/index.ts";
import { providerKeys } from "./schema.ts";
import { type KeyTest, testKey } from "./test-key.ts";

export interface KeyDependencies {
  db: Database;
  secrets: Secrets;
  outbound: Outbound;
  settings: ModelSettings;
  /** Told after every change, so that the next call uses it. */
  forgetKeys: (workspaceId: string) => void;
}

/** Whether the caller may change keys and choices of this owner. @throws AppError not_allowed */
export function mayConfigure(caller: MemberCaller, owner: "person" | "workspace"): void {
  if (roleMay(caller.role, owner === "person" ? "content.write" : "workspace.configure")) return;
  throw new AppError("not_allowed");
}

/** Tells the devices of everybody concerned to ask for models again. */
export async function emitModelsChanged(
  tx: Parameters<typeof emitEvent>[0],
  caller: MemberCaller,
  personId: string | null,
): Promise<void> {
  const { workspaceId, personId: actorId } = caller;
  await emitEvent(tx, { workspaceId, type: "models.changed", payload: {}, audiencePersonId: personId, actorId });
}

// Names that mean something else already.
const takenNames = new Set<string>([...Object.keys(providers), "openai-compatible"]);

/** The name of a compatible server as the first half of its models' names. */
function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 40);
  if (slug === "") throw new AppError("invalid_fields", { fields: { name: "Must have a letter a-z or a digit." } });
  if (takenNames.has(slug))
    throw new AppError("invalid_fields", { fields: { name: "Means another provider already." } });
  return slug;
}

/** The form's field that a failed test is about. */
function refusal(isCompatible: boolean, test: KeyTest): AppError {
  const isAboutKey = ["wrong_key", "no_permission", "no_credit", "too_many"].includes(test.result);
  return new AppError("invalid_fields", {
    message: test.message,
    fields: { [isCompatible && !isAboutKey ? "baseUrl" : "key"]: test.message },
  });
}

/**
 * Tests a key with its provider and stores it encrypted; the same owner's key for the same provider is replaced.
 * @throws AppError not_allowed; invalid_fields when the test fails and `keepAnyway` is not set; already_exists when
 * another server of the owner has a name that reads the same
 */
export async function addProviderKey(
  { db, secrets, outbound, settings, forgetKeys }: KeyDependencies,
  caller: MemberCaller,
  actor: Actor,
  body: z.output<typeof addProviderKeyBody>,
): Promise<ProviderKeyRow> {
  mayConfigure(caller, body.owner);
  const isCompatible = body.kind === "compatible";
  const label = isCompatible ? (body.name ?? "") : providers[body.kind].label;
  const provider = isCompatible ? slugOf(label) : body.kind;
  const baseUrl = isCompatible ? readBaseUrl("compatible", body.baseUrl ?? "") : null;
  const apiKey = body.key ?? null;
  const test = await testKey(body.kind, label, {
    baseUrl: baseUrl ?? baseUrlsOf(settings)[body.kind] ?? "",
    apiKey,
    fetch: isCompatible ? outbound.guardedFetch : outbound.trustedFetch,
  });
  if (test.result !== "ok" && !body.keepAnyway) throw refusal(isCompatible, test);

  const { workspaceId } = caller;
  const personId = body.owner === "person" ? caller.personId : null;
  const now = new Date().toISOString();
  const stored = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const ofOwner = personId === null ? isNull(providerKeys.personId) : eq(providerKeys.personId, personId);
    const [existing] = await tx
      .select()
      .from(providerKeys)
      .where(and(eq(providerKeys.workspaceId, workspaceId), eq(providerKeys.provider, provider), ofOwner))
      .for("update");
    if (existing && existing.label !== label) {
      const message = `The name reads like that of "${existing.label}", which is there already.`;
      throw new AppError("already_exists", { message, fields: { name: message } });
    }
    const id = existing?.id ?? uuidv7();
    const values = {
      label,
      baseUrl,
      envelope: apiKey === null ? null : secrets.encrypt(apiKey, keyContext({ workspaceId, id })),
      // Of a short key four characters would be much of the secret.
      lastFour: apiKey === null || apiKey.length < 12 ? null : apiKey.slice(-4),
      testResult: test.result,
      testMessage: test.message,
      testedAt: now,
      updatedAt: now,
    };
    const [row] = await tx
      .insert(providerKeys)
      .values({ workspaceId, id, personId, kind: body.kind, provider, createdAt: now, ...values })
      .onConflictDoUpdate({ target: [providerKeys.workspaceId, providerKeys.id], set: values })
      .returning();
    if (!row) throw new AppError("internal");
    await audit(tx, actor, {
      workspaceId,
      action: existing ? "provider_key.replaced" : "provider_key.added",
      target: { kind: "provider_key", id },
      details: { owner: body.owner, provider, baseUrl, test: test.result },
    });
    await emitModelsChanged(tx, caller, personId);
    return row;
  });
  forgetKeys(workspaceId);
  return stored;
}
