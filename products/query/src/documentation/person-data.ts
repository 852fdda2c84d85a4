import type { Database, Transaction } from "@mindmesh/kernel/db";
import type { PersonalItem } from "@mindmesh/kernel/person-data";
import { eq } from "drizzle-orm";
import { diagramArrangements } from "../diagram/schema.ts";
import { descriptions, documentationVersions } from "./schema.ts";

/** Where a person has put tables of diagrams, and what they have written into documentations. */
export async function* exportDocumentation(db: Database, personId: string): AsyncGenerator<PersonalItem> {
  const own = await db.system(async (tx) => ({
    arrangements: await tx.select().from(diagramArrangements).where(eq(diagramArrangements.personId, personId)),
    descriptions: await tx.select().from(descriptions).where(eq(descriptions.updatedBy, personId)),
  }));
  for (const [kind, values] of Object.entries(own)) for (const value of values) yield { kind, value };
}

/** Arrangements go; what was written is the workspace's, and only forgets who wrote it. */
export async function forgetDocumentation(tx: Transaction, personId: string): Promise<void> {
  await tx.delete(diagramArrangements).where(eq(diagramArrangements.personId, personId));
  await tx.update(descriptions).set({ updatedBy: null }).where(eq(descriptions.updatedBy, personId));
  await tx.update(documentationVersions).set({ personId: null }).where(eq(documentationVersions.personId, personId));
}
