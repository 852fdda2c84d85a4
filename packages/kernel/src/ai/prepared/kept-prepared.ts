import { isNotNull, and, eq } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import type { Notifications } from "../../realtime/index.ts";
import type { KeptAnswer } from "../cache/answer-store.ts";
import { keepSettings } from "../kept-settings.ts";
import type { ModelRequest } from "../model-request.ts";
import { likelyTokens } from "../money/demand.ts";
import { type PreparedBy, preparedAnswers } from "../schema.ts";
import { placesOf } from "./question-place.ts";

type Asked = Pick<ModelRequest, "workspaceId" | "model" | "system" | "messages">;

/** The prepared answers of workspaces: what can be looked up is kept in memory, the answers are in the database. */
export interface KeptPrepared {
  /** The answer prepared for this request, counted as given; null where there is none. A database that fails has none. */
  find(request: ModelRequest): Promise<KeptAnswer | null>;
  has(request: Asked): Promise<boolean>;
  hasAny(workspaceId: string): Promise<boolean>;
  forget(workspaceId: string): void;
}

/** What stands in a record for an answer that no model wrote. */
const writtenBy: PreparedBy = {
  model: "mindmesh/prepared",
  provider: "mindmesh",
  keySource: "server",
  costUsd: null,
  usage: {
    inputTokens: null,
    outputTokens: null,
    reasoningTokens: null,
    cachedInputTokens: null,
    cacheWriteTokens: null,
  },
};

export function keepPrepared(
  db: Database,
  notifications: Notifications | null,
  onError: (error: unknown) => void,
): KeptPrepared {
  /** Ids by place and, within it, by the model that a request must name; empty: any. */
  const kept = keepSettings(["prepared_answers"], notifications, async (workspaceId) => {
    const { id, place, model, enabled, answer } = preparedAnswers;
    const rows = await db.withWorkspace({ workspaceId }, (tx) =>
      tx
        .select({ id, place, model })
        .from(preparedAnswers)
        .where(and(eq(preparedAnswers.workspaceId, workspaceId), eq(enabled, true), isNotNull(answer))),
    );
    const places = new Map<string, Map<string, string>>();
    for (const row of rows) {
      const key = row.place.toString("base64");
      const models = places.get(key) ?? new Map<string, string>();
      places.set(key, models.set(row.model, row.id));
    }
    return places;
  });

  async function idFor(request: Asked): Promise<string | null> {
    const places = await kept.read(request.workspaceId);
    if (places.size === 0) return null;
    for (const place of placesOf(request)) {
      const models = places.get(place.toString("base64"));
      const id = (request.model === undefined ? undefined : models?.get(request.model)) ?? models?.get("");
      if (id !== undefined) return id;
    }
    return null;
  }

  async function give(workspaceId: string, id: string): Promise<KeptAnswer | null> {
    return db.withWorkspace(
      { workspaceId },
      async ({ client }) => {
        const { rows } = await client.query<{ answer: string; made_by: PreparedBy | null; answered_at: Date | string }>(
          {
            name: "give-prepared",
            text: `UPDATE kernel.prepared_answers SET given = given + 1, given_at = now()
            WHERE workspace_id = $1 AND id = $2 AND enabled AND answer IS NOT NULL
            RETURNING answer, made_by, answered_at`,
            values: [workspaceId, id],
          },
        );
        const [row] = rows;
        if (!row) return null;
        const madeAt = new Date(row.answered_at).getTime();
        return { ...(row.made_by ?? writtenBy), parts: [{ type: "text" as const, text: row.answer }], madeAt };
      },
      { relaxedDurability: true },
    );
  }

  return {
    async find(request) {
      try {
        const id = await idFor(request);
        if (id === null) return null;
        const found = await give(request.workspaceId, id);
        const text = found?.parts[0]?.text ?? "";
        const most = request.maxOutputTokens ?? Number.POSITIVE_INFINITY;
        // It would have to be cut.
        return likelyTokens(text.length, Buffer.byteLength(text)) > most ? null : found;
      } catch (error) {
        onError(error);
        return null;
      }
    },
    async has(request) {
      return (await idFor(request)) !== null;
    },
    async hasAny(workspaceId) {
      return (await kept.read(workspaceId)).size > 0;
    },
    forget: kept.forget,
  };
}
