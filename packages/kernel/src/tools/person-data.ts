import { and, asc, eq, gt, or } from "drizzle-orm";
import { type PersonData, inPages } from "../person-data/index.ts";
import { type ToolCallRow, toolCalls } from "./schema.ts";

/** The record of people's tool calls; it refers to person and workspace and goes with them. */
export const toolPersonData: PersonData = {
  name: "tools",
  async *exportPerson(db, personId) {
    const calls = inPages<ToolCallRow>((after, pageSize) =>
      db.system((tx) =>
        tx
          .select()
          .from(toolCalls)
          .where(
            and(
              eq(toolCalls.personId, personId),
              after === null
                ? undefined
                : or(
                    gt(toolCalls.workspaceId, after.workspaceId),
                    and(eq(toolCalls.workspaceId, after.workspaceId), gt(toolCalls.id, after.id)),
                  ),
            ),
          )
          .orderBy(asc(toolCalls.workspaceId), asc(toolCalls.id))
          .limit(pageSize),
      ),
    );
    for await (const { serverId: _, ...value } of calls) yield { kind: "toolCalls", value };
  },
  async forgetPerson() {},
  async forgetWorkspace() {},
};
