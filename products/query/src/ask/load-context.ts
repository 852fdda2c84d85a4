import { createHash } from "node:crypto";
import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { GlossaryTerm } from "@mindmesh/contracts/query/glossary";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, desc, eq } from "drizzle-orm";
import { readInferredKeys } from "../catalog/inferred-keys.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { findConnection } from "../connections/find-connection.ts";
import { readTerms } from "../glossary/terms.ts";
import type { GuardKnowledge } from "../guard/guard.ts";
import { showsHidden } from "../guard/words/shows-hidden.ts";
import type { ConnectionRow } from "../schema.ts";
import { guardKnowledge } from "../statements/guard-knowledge.ts";
import { type Example, type Link, linksOf } from "./retrieve.ts";
import { verifiedExamples } from "./schema.ts";

const mostExamples = 500;

/** Everything that answering a question about a connection needs to know beside the question. */
export interface AskContext {
  row: ConnectionRow;
  /** Null when the schema was never read. What is hidden is not in it. */
  catalog: Catalog | null;
  /** Changes with everything that an answer depends on: the connection, its schema, the glossary. */
  version: string;
  links: Link[];
  terms: GlossaryTerm[];
  examples: Example[];
  knowledge: GuardKnowledge;
}

/** @throws AppError not_found, not_allowed */
export function loadContext(db: Database, caller: MemberCaller, connectionId: string): Promise<AskContext> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const stored = await readCatalog(tx, row);
    const terms = await readTerms(tx, row);
    const examples = await tx
      .select({ question: verifiedExamples.question, sql: verifiedExamples.sql })
      .from(verifiedExamples)
      .where(and(eq(verifiedExamples.workspaceId, row.workspaceId), eq(verifiedExamples.connectionId, row.id)))
      .orderBy(desc(verifiedExamples.createdAt))
      .limit(mostExamples);
    const knowledge = await guardKnowledge(tx, row);
    const inferred = stored ? await readInferredKeys(tx, row, stored.catalog) : [];
    const parts = [
      row.id,
      row.version,
      stored?.takenAt,
      terms.map(({ id, version }) => [id, version]),
      examples.length,
    ];
    return {
      row,
      catalog: stored?.catalog ?? null,
      version: createHash("sha256").update(JSON.stringify(parts)).digest("hex"),
      links: stored ? linksOf(stored.catalog, inferred) : [],
      terms,
      // What somebody verified before a table was hidden names it still.
      examples: examples.filter(({ sql }) => !showsHidden(sql, row.engine, knowledge.hidden)),
      knowledge,
    };
  });
}
