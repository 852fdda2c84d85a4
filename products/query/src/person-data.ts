import type { PersonData } from "@mindmesh/kernel/person-data";
import { eq } from "drizzle-orm";
import { connections } from "./schema.ts";

/** What Query holds of people. Connections are the workspace's and stay; they only forget who made them. */
export const queryPersonData: PersonData = {
  name: "query",
  async *exportPerson() {},
  async forgetPerson(tx, personId) {
    await tx.update(connections).set({ createdBy: null }).where(eq(connections.createdBy, personId));
  },
  async forgetWorkspace(tx, workspaceId) {
    await tx.delete(connections).where(eq(connections.workspaceId, workspaceId));
  },
};
