import { dirname } from "node:path";
import type { Catalog } from "@mindmesh/contracts/query/catalog";
import { and, eq } from "drizzle-orm";
import { storeCatalog } from "../catalog/store-catalog.ts";
import type { SessionDependencies } from "../connections/open-session.ts";
import { sqliteEngine } from "../engines/sqlite/index.ts";
import { storeSampleShop } from "../sample-shop/store-sample-shop.ts";
import { connections } from "../schema.ts";

/**
 * Gives a workspace the sample shop with its schema read, for demonstrations: no job is needed for anything of it. What a reading in
 * the background finds beyond that (keys that nobody declared) comes within the hour.
 */
export async function seedSampleShop(
  dependencies: Pick<SessionDependencies, "db" | "blobs" | "config">,
  owner: { workspaceId: string; personId: string },
  signal: AbortSignal,
  progress: (share: number, text: string) => void,
): Promise<void> {
  const now = new Date().toISOString();
  await storeSampleShop(dependencies, {
    owner,
    today: now.slice(0, 10),
    signal,
    progress,
    async connected(tx, row, path) {
      await storeCatalog(tx, row, await catalogOf(path, signal), now);
      await tx
        .update(connections)
        .set({ ingestedAt: now })
        .where(and(eq(connections.workspaceId, row.workspaceId), eq(connections.id, row.id)));
    },
  });
}

async function catalogOf(path: string, signal: AbortSignal): Promise<Catalog> {
  const session = await sqliteEngine.open(
    {
      engine: "sqlite",
      files: [{ path, format: "sqlite", table: null }],
      scratch: dirname(path),
      store: null,
      whyNotWritten: "",
      release: () => Promise.resolve(),
    },
    { connect: () => Promise.reject(new Error("a file needs no network")), signal, passed: () => undefined },
  );
  try {
    return await session.introspect({ signal, progress: () => undefined, samples: true });
  } finally {
    await session.close();
  }
}
