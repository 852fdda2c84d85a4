import { createHash } from "node:crypto";
import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { ModelGateway } from "@mindmesh/kernel/ai";
import { LRUCache } from "lru-cache";
import { mostTables, tableKey } from "./retrieve.ts";

/** Vectors of tables on this server: some 6 kB each. */
const vectors = new LRUCache<string, Float32Array>({ max: 6000 });
const coming = new Map<string, Promise<unknown>>();

/** A question waits so long for vectors; those of the tables go on coming for the next one. */
const patienceMs = 4000;
const longestMs = 5 * 60_000;
const longestText = 1200;
/** So many of the nearest tables are brought in. */
const mostNear = 12;

interface Asking {
  workspaceId: string;
  userId: string;
  apiKeyId?: string | undefined;
  /** `provider/model` that will write the statement. */
  model: string;
  question: string;
  /** As they may be shown to a model. */
  tables: readonly CatalogTable[];
  signal: AbortSignal;
}

/**
 * The tables whose names and comments mean what a question means, where its words are others: 1 for the nearest one, less for
 * those after it. Nothing for a schema that is told whole, without an embedding model of the provider that will write the
 * statement (what may go to that one need not go to another), and where it fails or takes long: words alone decide then.
 */
export async function nearTables(
  ai: Pick<ModelGateway, "embed" | "embeddingModel">,
  { question, tables, model: writer, signal, ...who }: Asking,
): Promise<ReadonlyMap<string, number>> {
  const none = new Map<string, number>();
  if (tables.length <= mostTables) return none;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const found = async () => {
    const model = await ai.embeddingModel({ workspaceId: who.workspaceId, userId: who.userId });
    if (model === null || providerOf(model) !== providerOf(writer)) return none;
    const request = { ...who, product: "query", model };
    const asked = ai.embed({ ...request, texts: [question], signal: patience });
    asked.catch(() => undefined);
    const known = await vectorsOf(tables, `${who.workspaceId}:${model}`, (texts) =>
      ai.embed({ ...request, texts, signal: AbortSignal.timeout(longestMs) }),
    );
    const vector = (await asked).vectors[0];
    const near = known
      .map(({ table, vector: own }) => ({ table, cosine: vector ? cosine(vector, own) : 0 }))
      .filter((one) => one.cosine > 0)
      .toSorted((one, other) => other.cosine - one.cosine)
      .slice(0, mostNear);
    // The angles of one model are small, those of another large: only their order says something.
    return new Map(near.map(({ table }, rank) => [tableKey(table), 1 - rank / (2 * mostNear)]));
  };
  const late = new Promise<null>((resolve) => patience.addEventListener("abort", () => resolve(null), { once: true }));
  return (await Promise.race([found().catch(() => null), late])) ?? none;
}

const providerOf = (model: string) => model.slice(0, model.indexOf("/"));

/** Vectors of tables by what they are called, made once for each text. */
async function vectorsOf(
  tables: readonly CatalogTable[],
  place: string,
  embed: (texts: string[]) => Promise<{ vectors: Float32Array[] }>,
): Promise<{ table: CatalogTable; vector: Float32Array }[]> {
  const texts = new Map(tables.map((table) => [table, textOf(table)]));
  const keyOf = (text: string) => `${place}:${createHash("sha256").update(text).digest("base64")}`;
  const missing = [...new Set(texts.values())].filter((text) => !vectors.has(keyOf(text)));
  if (missing.length > 0) {
    // Two questions at once have the same tables embedded once.
    const id = keyOf(missing.join("\n"));
    const work =
      coming.get(id) ??
      embed(missing)
        .then((made) => missing.forEach((text, at) => made.vectors[at] && vectors.set(keyOf(text), made.vectors[at])))
        .finally(() => coming.delete(id));
    coming.set(id, work);
    await work;
  }
  return [...texts].flatMap(([table, text]) => {
    const vector = vectors.get(keyOf(text));
    return vector ? [{ table, vector }] : [];
  });
}

/** What a table is called: no value of it and no figure. */
function textOf({ name, comment, columns }: CatalogTable): string {
  const words = columns.map((column) => [column.name, column.comment].filter(Boolean).join(": "));
  return [name, comment, words.join(", ")].filter(Boolean).join(". ").replaceAll("_", " ").slice(0, longestText);
}

/** Of two vectors of length 1. */
function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
