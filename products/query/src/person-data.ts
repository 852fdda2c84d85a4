import type { PersonData } from "@mindmesh/kernel/person-data";
import { eq } from "drizzle-orm";
import { inferredKeys, readings } from "./catalog/schema.ts";
import { looseFiles } from "./connections/schema.ts";
import { exportQuestions, forgetQuestions } from "./ask/person-data.ts";
import { exportDashboards, forgetDashboards, forgetDashboardsOf } from "./dashboards/person-data.ts";
import { exportDocumentation, forgetDocumentation } from "./documentation/person-data.ts";
import { mockRuns } from "./mock-data/schema.ts";
import { connections } from "./schema.ts";
import { exportWorkbench, forgetInWorkbench } from "./workbench-data.ts";

/** What Query holds of people. Connections are the workspace's and stay; they only forget who made them. */
export const queryPersonData: PersonData = {
  name: "query",
  async *exportPerson(db, personId) {
    const { made, decided } = await db.system(async (tx) => ({
      made: await tx.select().from(connections).where(eq(connections.createdBy, personId)),
      decided: await tx.select().from(inferredKeys).where(eq(inferredKeys.decidedBy, personId)),
    }));
    for (const { workspaceId, id, name, engine, createdAt } of made) {
      yield { kind: "connections", value: { workspaceId, id, name, engine, createdAt } };
    }
    for (const { workspaceId, connectionId, content, decision, decidedAt } of decided) {
      const { from, columns, to, toColumns } = content;
      const value = { workspaceId, connectionId, from, columns, to, toColumns, decision, decidedAt };
      yield { kind: "decidedKeys", value };
    }
    yield* exportWorkbench(db, personId);
    yield* exportQuestions(db, personId);
    yield* exportDashboards(db, personId);
    yield* exportDocumentation(db, personId);
  },
  async forgetPerson(tx, personId) {
    await forgetInWorkbench(tx, personId);
    await forgetQuestions(tx, personId);
    await forgetDashboards(tx, personId);
    await forgetDocumentation(tx, personId);
    await tx.update(connections).set({ createdBy: null }).where(eq(connections.createdBy, personId));
    await tx.update(mockRuns).set({ requestedBy: null }).where(eq(mockRuns.requestedBy, personId));
    await tx.update(readings).set({ requestedBy: null }).where(eq(readings.requestedBy, personId));
    await tx.update(inferredKeys).set({ decidedBy: null }).where(eq(inferredKeys.decidedBy, personId));
    // The files themselves go with the person's other files.
    await tx.delete(looseFiles).where(eq(looseFiles.personId, personId));
  },
  async forgetWorkspace(tx, workspaceId) {
    // Readings, catalogues and inferred keys refer to it and go with it.
    await tx.delete(connections).where(eq(connections.workspaceId, workspaceId));
    await forgetDashboardsOf(tx, workspaceId);
    await tx.delete(looseFiles).where(eq(looseFiles.workspaceId, workspaceId));
  },
};
