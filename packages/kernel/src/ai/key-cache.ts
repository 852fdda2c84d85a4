import { LRUCache } from "lru-cache";
import type { Database, Tenant } from "../db/index.ts";
import { type ProviderKeyRow, readProviderKeys } from "./provider-keys.ts";

/** A key deleted on another server is used here for so long at most. */
const keepMs = 5_000;

/** Keeps the caller's keys, encrypted as they are stored, so that not every call asks the database first. */
export interface KeyCache {
  read(tenant: Required<Tenant>): Promise<ProviderKeyRow[]>;
  /** After a change of a key of the workspace on this server. */
  forget(workspaceId: string): void;
}

export function keepKeys(db: Database): KeyCache {
  const kept = new LRUCache<string, Promise<ProviderKeyRow[]>>({ max: 5000, ttl: keepMs });
  return {
    read(tenant) {
      const key = `${tenant.workspaceId} ${tenant.userId}`;
      let rows = kept.get(key);
      if (!rows) {
        rows = db.withWorkspace(tenant, (tx) => readProviderKeys(tx, tenant.workspaceId));
        // A failure is not kept.
        rows.catch(() => kept.delete(key));
        kept.set(key, rows);
      }
      return rows;
    },
    forget(workspaceId) {
      for (const key of kept.keys()) if (key.startsWith(workspaceId)) kept.delete(key);
    },
  };
}
