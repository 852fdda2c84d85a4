import type { Redis } from "ioredis";
import { z } from "zod";
import { type Database, storableJson } from "../../db/index.ts";

const count = z.number().nullable();

/** An answer as it is kept. */
const keptAnswer = z.object({
  parts: z.array(z.object({ type: z.enum(["text", "reasoning"]), text: z.string() })),
  model: z.string(),
  provider: z.string(),
  keySource: z.enum(["person", "workspace", "server", "local"]),
  /** What it cost when it was made; null: not known. */
  costUsd: z.number().nullable(),
  usage: z.object({
    inputTokens: count,
    outputTokens: count,
    reasoningTokens: count,
    cachedInputTokens: count,
    cacheWriteTokens: count,
  }),
  /** Milliseconds since 1970. */
  madeAt: z.number(),
});
export type KeptAnswer = z.infer<typeof keptAnswer>;

/** Where answers are kept, each workspace's apart. A store that fails finds nothing and keeps nothing. */
export interface AnswerStore {
  find(workspaceId: string, key: Buffer): Promise<KeptAnswer | null>;
  keep(workspaceId: string, key: Buffer, answer: KeptAnswer): Promise<void>;
}

/** How long an answer is given again. */
export const keepSeconds = 24 * 60 * 60;
/** Longer answers are not kept, in characters of JSON. */
const longest = 256 * 1024;

function read(stored: unknown): KeptAnswer | null {
  const answer = keptAnswer.safeParse(stored);
  return answer.success ? answer.data : null;
}

/** In Redis, where one is configured: servers share it, and it forgets by itself. */
export function redisAnswers(redis: Redis, onError: (error: unknown) => void): AnswerStore {
  const name = (workspaceId: string, key: Buffer) => `answers:${workspaceId}:${key.toString("base64url")}`;
  return {
    async find(workspaceId, key) {
      try {
        const text = await redis.get(name(workspaceId, key));
        return text === null ? null : read(JSON.parse(text));
      } catch (error) {
        onError(error);
        return null;
      }
    },
    async keep(workspaceId, key, answer) {
      const text = JSON.stringify(answer);
      if (text.length > longest) return;
      await redis.set(name(workspaceId, key), text, "EX", keepSeconds).catch(onError);
    },
  };
}

/** In PostgreSQL otherwise, under row-level security. */
export function postgresAnswers(db: Database, onError: (error: unknown) => void): AnswerStore {
  return {
    async find(workspaceId, key) {
      try {
        return await db.withWorkspace({ workspaceId }, async ({ client }) => {
          const { rows } = await client.query<{ answer: unknown }>({
            name: "find-answer",
            text: "SELECT answer FROM kernel.cached_answers WHERE workspace_id = $1 AND key = $2 AND expires_at > now()",
            values: [workspaceId, key],
          });
          return rows[0] ? read(rows[0].answer) : null;
        });
      } catch (error) {
        onError(error);
        return null;
      }
    },
    async keep(workspaceId, key, answer) {
      const text = JSON.stringify(answer);
      // An answer that PostgreSQL cannot hold as it is would come back as another one.
      if (text.length > longest || text !== storableJson(answer)) return;
      const insert = `INSERT INTO kernel.cached_answers (workspace_id, key, answer, created_at, expires_at)
        VALUES ($1, $2, $3, now(), now() + make_interval(secs => $4))
        ON CONFLICT (workspace_id, key) DO UPDATE SET answer = excluded.answer, created_at = excluded.created_at,
          expires_at = excluded.expires_at`;
      const work = db.withWorkspace(
        { workspaceId },
        async ({ client }) => void (await client.query(insert, [workspaceId, key, text, keepSeconds])),
        { relaxedDurability: true },
      );
      await work.catch(onError);
    },
  };
}

/** Removes answers, and questions, whose time is over. Returns how many answers. */
export async function forgetOldAnswers(db: Database): Promise<number> {
  await db.pool.query("DELETE FROM kernel.cached_questions WHERE expires_at < now()");
  const { rowCount } = await db.pool.query("DELETE FROM kernel.cached_answers WHERE expires_at < now()");
  return rowCount ?? 0;
}
