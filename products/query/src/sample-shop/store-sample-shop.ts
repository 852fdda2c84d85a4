import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { usualLimits } from "@mindmesh/contracts/query/connections";
import { sampleShopName } from "@mindmesh/contracts/query/sample-shop";
import type { Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { defaultUploadLimits, discardFile, keepFile } from "@mindmesh/kernel/storage";
import { v7 as uuidv7 } from "uuid";
import { nameIsFree } from "../connections/create-connection.ts";
import { localFolder } from "../connections/local-files.ts";
import type { SessionDependencies } from "../connections/open-session.ts";
import { type ConnectionRow, connections } from "../schema.ts";
import { makeShop } from "./make-shop.ts";

export interface SampleShopOrder {
  owner: { workspaceId: string; personId: string | null };
  /** The last day on which something happens in the shop. */
  today: string;
  signal: AbortSignal;
  progress(share: number, text: string): void;
  /** Called within the transaction that makes the connection. */
  connected(tx: Transaction, row: ConnectionRow, path: string): Promise<void>;
}

/**
 * Makes the sample shop, keeps it as a file of the workspace and connects it like any other database: read-only, no consent given.
 * @throws AppError already_exists, workspace_full, storage_full
 */
export async function storeSampleShop(
  { db, blobs, config }: Pick<SessionDependencies, "db" | "blobs" | "config">,
  { owner, today, signal, progress, connected }: SampleShopOrder,
): Promise<ConnectionRow> {
  const { workspaceId, personId } = owner;
  await mkdir(localFolder(config.dataDirectory), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(localFolder(config.dataDirectory), "shop-"));
  try {
    const path = join(folder, "sample-shop.db");
    await makeShop(path, today, signal, progress);
    const { size: bytes } = await stat(path);
    const stored = await keepFile(
      { db, blobs, limits: defaultUploadLimits, enqueueProcessing: () => Promise.resolve() },
      // The workspace's, as the files of every connection.
      { workspaceId, personId: null },
      { name: "sample-shop.db", announcedBytes: bytes, content: createReadStream(path), internal: true },
    );
    const file = { fileId: stored.id, name: stored.name, format: "sqlite" as const, bytes, table: null };
    try {
      return await nameIsFree(() =>
        db.withWorkspace({ workspaceId }, async (tx) => {
          const [row] = await tx
            .insert(connections)
            .values({
              workspaceId,
              id: uuidv7(),
              name: sampleShopName,
              engine: "sqlite",
              files: [file],
              consents: { names: false, statistics: false, samples: false },
              limits: usualLimits,
              label: "made up",
              createdBy: personId,
            })
            .returning();
          if (!row) throw new AppError("internal");
          await connected(tx, row, path);
          return row;
        }),
      );
    } catch (error) {
      await db.withWorkspace({ workspaceId }, (tx) => discardFile(tx, { workspaceId, id: stored.id }));
      throw error;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
