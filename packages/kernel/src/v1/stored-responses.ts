import type { ResponseItem } from "@mindmesh/contracts/v1";
import { and, eq, gt, inArray, lt } from "drizzle-orm";
import { pgSchema, primaryKey, uuid } from "drizzle-orm/pg-core";
import { z } from "zod";
import type { ModelTenant } from "../ai/index.ts";
import { type Database, type Transaction, jsonb, moment } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";
import { type PersonData, inPages } from "../person-data/index.ts";
import { unsupported } from "./openai-error.ts";

/** As long as OpenAI keeps them. */
const keepMs = 30 * 24 * 60 * 60 * 1000;
const largestInputCharacters = 1024 * 1024;
/** Answers that go on from each other; more than any honest conversation has. */
const longestChain = 500;

export type OutputItem = { id: string; type: string } & Record<string, unknown>;

const storedResponses = pgSchema("kernel").table(
  "stored_responses",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    personId: uuid("person_id").notNull(),
    previousId: uuid("previous_id"),
    input: jsonb("input").$type<ResponseItem[]>(),
    output: jsonb("output").$type<OutputItem[]>().notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const responseId = (id: string): string => `resp_${id}`;
/** An item's id names its response, so that a reference to it can be found. */
export const itemId = (prefix: string, id: string, index: number): string => `${prefix}_${id}_${index}`;

const uuidIn = /^[a-z]+_([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:_\d+)?$/;

/**
 * Keeps an answer for later requests of the same person. `id` without its prefix. Characters that PostgreSQL cannot
 * keep are left out of what is kept; the model and the client have had them.
 */
export async function storeResponse(
  db: Database,
  tenant: ModelTenant,
  row: { id: string; previousId: string | null; input: ResponseItem[]; output: OutputItem[] },
): Promise<void> {
  const fits = JSON.stringify(row.input).length <= largestInputCharacters;
  await db.withWorkspace(tenant, (tx) =>
    tx.insert(storedResponses).values({
      workspaceId: tenant.workspaceId,
      personId: tenant.userId,
      id: row.id,
      previousId: row.previousId,
      input: fits ? row.input : null,
      output: row.output,
      createdAt: new Date().toISOString(),
    }),
  );
}

function missing(param: string, id: string): Error {
  return unsupported(param, `"${id}" is not kept here, or no longer; send the items themselves`);
}

/**
 * The items that a request stands on: those of the answers before it, oldest first, then its own with references
 * replaced by what they refer to. `previousId` is without its prefix.
 * @throws Refused when one of them is not kept
 */
export async function gatherItems(
  db: Database,
  tenant: ModelTenant,
  previous: string | null,
  own: ResponseItem[],
): Promise<{ items: ResponseItem[]; own: ResponseItem[]; previousId: string | null }> {
  const references = own.flatMap((item) => (item.type === "item_reference" ? [item.id] : []));
  if (previous === null && references.length === 0) return { items: own, own, previousId: null };
  return db.withWorkspace(tenant, async (tx) => {
    const earlier: ResponseItem[][] = [];
    const previousId = previous === null ? null : (uuidIn.exec(previous)?.[1] ?? null);
    if (previous !== null && previousId === null) throw missing("previous_response_id", previous);
    for (let id = previousId; id !== null;) {
      const [row] = await tx
        .select()
        .from(storedResponses)
        .where(keyOf(tenant, [id]));
      if (!row?.input || earlier.length === longestChain) throw missing("previous_response_id", responseId(id));
      earlier.unshift(row.input, row.output as ResponseItem[]);
      id = row.previousId;
    }
    const found = await itemsById(tx, tenant, references);
    const resolved = own.map((item, index) => {
      if (item.type !== "item_reference") return item;
      const referred = found.get(item.id);
      if (!referred) throw missing(`input[${index}].id`, item.id);
      return referred;
    });
    return { items: [...earlier.flat(), ...resolved], own: resolved, previousId };
  });
}

function keyOf(tenant: ModelTenant, ids: string[]) {
  return and(eq(storedResponses.workspaceId, tenant.workspaceId), inArray(storedResponses.id, ids));
}

async function itemsById(tx: Transaction, tenant: ModelTenant, ids: string[]): Promise<Map<string, ResponseItem>> {
  const responses = [...new Set(ids.flatMap((id) => uuidIn.exec(id)?.[1] ?? []))];
  if (responses.length === 0) return new Map();
  const rows = await tx
    .select({ output: storedResponses.output })
    .from(storedResponses)
    .where(keyOf(tenant, responses));
  return new Map(rows.flatMap(({ output }) => output.map((item) => [item.id, item as unknown as ResponseItem])));
}

/** Deletes what is older than 30 days. */
export function storedResponseJobs(db: Database): Job[] {
  const sweep = defineJob({
    name: "responses.sweep",
    payload: z.object({}),
    queue: "low",
    schedule: { cron: "41 3 * * *", payload: {} },
    handler: () =>
      db.system(async (tx) => {
        const before = new Date(Date.now() - keepMs).toISOString();
        await tx.delete(storedResponses).where(lt(storedResponses.createdAt, before));
      }),
  });
  return [sweep];
}

/** Answers kept for a person; they refer to the person and go with them. */
export const storedResponsePersonData: PersonData = {
  name: "responses",
  async *exportPerson(db, personId) {
    const rows = inPages<typeof storedResponses.$inferSelect>(
      (after, pageSize) =>
        db.system((tx) =>
          tx
            .select()
            .from(storedResponses)
            .where(and(eq(storedResponses.personId, personId), after ? gt(storedResponses.id, after.id) : undefined))
            .orderBy(storedResponses.id)
            .limit(pageSize),
        ),
      50,
    );
    for await (const value of rows) yield { kind: "responses", value };
  },
  async forgetPerson() {},
  async forgetWorkspace() {},
};
