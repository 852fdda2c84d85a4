import { type SandboxAccess, chatMigrations, chatWith } from "@mindmesh/chat";
import type { MigrationOwner } from "@mindmesh/kernel/db";
import type { Product } from "@mindmesh/kernel/product";
import { query, queryMigrations } from "@mindmesh/query";

/** The products of this server, with what each is given beside the kernel. */
export const productsWith = (parts: { sandbox: SandboxAccess }): Product[] => [chatWith(parts.sandbox), query];

/** Whose tables the database holds. */
export const productMigrations: MigrationOwner[] = [chatMigrations, queryMigrations];
