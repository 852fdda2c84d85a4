import { randomBytes, randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { BlobStore } from "./blob-store.ts";

/** Writes, reads back and deletes a small blob of its own. @throws when any of these does not work */
export async function checkByWriting(store: Pick<BlobStore, "put" | "get" | "delete">): Promise<void> {
  const key = `${randomUUID()}/${randomUUID()}`;
  const written = randomBytes(64);
  try {
    await store.put(key, once(written));
    const read = await buffer(await store.get(key));
    if (!read.equals(written)) throw new Error("What was read back is not what was written.");
  } finally {
    await store.delete(key);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
