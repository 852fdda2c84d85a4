import { createHash } from "node:crypto";
import type { Database } from "../../db/index.ts";
import type { EmbedRequest, Embeddings } from "../embed.ts";
import type { ModelRequest } from "../model-request.ts";
import { answerKey } from "./answer-key.ts";
import { keepSeconds } from "./answer-store.ts";

/** A question that is looked for, and remembered once it is answered. */
export interface Question {
  /** Keys of kept answers to nearly equal questions, the nearest first. */
  nearest: Buffer[];
  /** Remembers it with the key of its answer. */
  remember(key: Buffer): Promise<void>;
}

export interface NearQuestions {
  /** Null where no vectors can be had, or the request does not end with a question in words. */
  read(request: ModelRequest, model: string): Promise<Question | null>;
}

/** Cosine of the angle between two questions from which on they are taken for the same; embeddings of paraphrases reach it. */
const nearEnough = 0.95;
/** The newest so many are compared. */
const mostCompared = 200;
/** Longer texts are no questions, in characters. */
const longestQuestion = 4_000;
const patienceMs = 5_000;

/**
 * The request without the words of its last question, and those words. Everything else has to be exactly the same: what was
 * said before, the system prompt, the settings.
 */
function splitQuestion(request: ModelRequest): { rest: ModelRequest; text: string } | null {
  const last = request.messages.at(-1);
  if (last?.role !== "user") return null;
  const parts = typeof last.content === "string" ? [{ type: "text" as const, text: last.content }] : last.content;
  const [part] = parts;
  if (parts.length !== 1 || part?.type !== "text" || part.text.trim() === "" || part.text.length > longestQuestion)
    return null;
  return {
    rest: { ...request, messages: [...request.messages.slice(0, -1), { role: "user", content: "" }] },
    text: part.text,
  };
}

/** What embeddings hardly see and answers turn on: every word with a digit, and negations, in their order. */
export function marksOf(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}.,:'’-]*/gu) ?? [];
  return words
    .map((word) => word.replace(/[.,:'’-]+$/, ""))
    .filter(
      (word) =>
        /\p{N}/u.test(word) ||
        /^(not?|nor|never|none|without|except|cannot|nicht|kein\p{L}*|ohne)$|n['’]t$/u.test(word),
    )
    .join(" ");
}

export function nearQuestions(
  db: Database,
  embed: (request: EmbedRequest) => Promise<Embeddings>,
  onError: (error: unknown) => void,
): NearQuestions {
  return {
    async read(request, model) {
      const split = splitQuestion(request);
      if (!split) return null;
      const { workspaceId, userId, product, apiKeyId } = request;
      const signal = AbortSignal.timeout(patienceMs);
      // Without embeddings, or money for them, nothing is near; the call itself says what is wrong, if anything is.
      const embedded = await embed({ workspaceId, userId, product, apiKeyId, texts: [split.text], signal }).catch(
        () => null,
      );
      const vector = embedded?.vectors[0];
      if (!embedded || !vector) return null;
      const shape = answerKey(split.rest, `${model} by ${embedded.model}`);
      const marks = createHash("sha256").update(marksOf(split.text)).digest();
      try {
        const rows = await db.withWorkspace({ workspaceId }, async ({ client }) => {
          const found = await client.query<{ key: Buffer; vector: Buffer }>(
            `SELECT key, vector FROM kernel.cached_questions
             WHERE workspace_id = $1 AND shape = $2 AND marks = $3 AND expires_at > now()
             ORDER BY created_at DESC LIMIT $4`,
            [workspaceId, shape, marks, mostCompared],
          );
          return found.rows;
        });
        const near = rows
          .map((row) => ({ key: row.key, cosine: cosineOf(vector, row.vector) }))
          .filter(({ cosine }) => cosine >= nearEnough)
          .toSorted((a, b) => b.cosine - a.cosine);
        return {
          nearest: near.map(({ key }) => key),
          remember: (key) => remember(workspaceId, { shape, key, vector, marks }),
        };
      } catch (error) {
        onError(error);
        return null;
      }
    },
  };

  async function remember(
    workspaceId: string,
    { shape, key, vector, marks }: { shape: Buffer; key: Buffer; vector: Float32Array; marks: Buffer },
  ): Promise<void> {
    const insert = `INSERT INTO kernel.cached_questions (workspace_id, shape, key, vector, marks, created_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, now(), now() + make_interval(secs => $6))
      ON CONFLICT (workspace_id, shape, key) DO UPDATE SET created_at = excluded.created_at, expires_at = excluded.expires_at`;
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    const work = db.withWorkspace(
      { workspaceId },
      async ({ client }) => void (await client.query(insert, [workspaceId, shape, key, bytes, marks, keepSeconds])),
      { relaxedDurability: true },
    );
    await work.catch(onError);
  }
}

/** Of two vectors of length 1; 0 where they are of different lengths. */
function cosineOf(vector: Float32Array, stored: Buffer): number {
  if (stored.byteLength !== vector.byteLength) return 0;
  let sum = 0;
  for (let at = 0; at < vector.length; at += 1) sum += (vector[at] ?? 0) * stored.readFloatLE(at * 4);
  return sum;
}
