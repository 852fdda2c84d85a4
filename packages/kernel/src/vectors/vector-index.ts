import { sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { Database } from "../db/index.ts";
import { type VectorCopy, emptyCopy, nearest, putIntoCopy } from "./vector-copy.ts";

/** As the database's driver gives it: whole numbers of 64 bits as text. */
interface CollectionRow extends Record<string, unknown> {
  made: string;
  model: string;
  dimensions: number;
  version: string;
  reset_version: string;
}

export interface VectorQuestion {
  workspaceId: string;
  collection: string;
  /** Whose vector it is; of a collection of another model nothing is near. */
  model: string;
  vector: Float32Array;
  /** How many at most. */
  limit: number;
  /** Which ids may be found, such as those that the person may see. */
  among?: (id: string) => boolean;
}

export interface Neighbour {
  id: string;
  /** Cosine, from -1 to 1. */
  score: number;
}

/** Finds what is near among the vectors of a workspace. */
export interface VectorIndex {
  /** Exact, over what was committed before the question; nearest first. */
  search(question: VectorQuestion): Promise<Neighbour[]>;
}

/** Together, in this process; the least recently asked ones are read again when they are asked. */
const mostBytes = 512 * 1024 * 1024;

/**
 * Vectors are searched in memory, exactly. Each server keeps a copy of the collections that it is asked about, and reads
 * what has changed since before each answer, so that a change on any server is seen at once.
 */
export function openVectorIndex({ db, bytes = mostBytes }: { db: Database; bytes?: number }): VectorIndex {
  const copies = new LRUCache<string, VectorCopy>({
    maxSize: bytes,
    sizeCalculation: (copy) => copy.values.byteLength + copy.ids.length * 200 + 1,
  });
  const reading = new Map<string, Promise<VectorCopy | null>>();

  async function refresh(key: string, workspaceId: string, collection: string): Promise<VectorCopy | null> {
    return db.withWorkspace({ workspaceId }, async (tx) => {
      const found = await tx.execute<CollectionRow>(sql`
        SELECT made, model, dimensions, version, reset_version FROM kernel.vector_collections
        WHERE workspace_id = ${workspaceId} AND name = ${collection}`);
      const [row] = found.rows;
      if (!row) {
        copies.delete(key);
        return null;
      }
      const version = BigInt(row.version);
      const kept = copies.get(key);
      const isOf = kept?.made === row.made;
      if (isOf && kept.version === version) return kept;
      const goesOn = isOf && kept.version >= BigInt(row.reset_version) && kept.version < version;
      const copy = goesOn ? kept : emptyCopy(row);
      const news = await tx.execute<{ id: string; vector: Buffer }>(sql`
        SELECT id, vector FROM kernel.vectors
        WHERE workspace_id = ${workspaceId} AND collection = ${collection}
          AND version > ${String(copy.version)}::bigint AND version <= ${row.version}::bigint`);
      for (const { id, vector } of news.rows) putIntoCopy(copy, id, vector);
      copy.version = version;
      copies.set(key, copy);
      return copy;
    });
  }

  return {
    async search({ workspaceId, collection, model, vector, limit, among }) {
      const key = `${workspaceId} ${collection}`;
      // One after the other for each collection: two at once would write into the same copy.
      const before = reading.get(key);
      const read = (before ?? Promise.resolve()).catch(() => null).then(() => refresh(key, workspaceId, collection));
      reading.set(key, read);
      try {
        const copy = await read;
        if (!copy || copy.model !== model || copy.dimensions !== vector.length) return [];
        return await nearest(copy, vector, limit, among);
      } finally {
        if (reading.get(key) === read) reading.delete(key);
      }
    },
  };
}
