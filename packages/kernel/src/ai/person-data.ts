import { and, asc, eq, gt, or } from "drizzle-orm";
import { type PersonData, inPages } from "../person-data/index.ts";
import { forgetUsageOf } from "./money/forget-usage.ts";
import { defaultModels, modelCalls, providerKeys } from "./schema.ts";

/** Keys, choices and calls of people. Keys and choices refer to the person and go with them; calls and sums of usage stay, unnamed. */
export const modelPersonData: PersonData = {
  name: "models",
  async *exportPerson(db, personId) {
    const { keys, choices } = await db.system(async (tx) => ({
      keys: await tx.select().from(providerKeys).where(eq(providerKeys.personId, personId)),
      choices: await tx.select().from(defaultModels).where(eq(defaultModels.personId, personId)),
    }));
    for (const { envelope: _, ...value } of keys) yield { kind: "providerKeys", value };
    for (const value of choices) yield { kind: "defaultModels", value };
    const calls = inPages<typeof modelCalls.$inferSelect>((after, pageSize) =>
      db.system((tx) =>
        tx
          .select()
          .from(modelCalls)
          .where(
            and(
              eq(modelCalls.userId, personId),
              after === null
                ? undefined
                : or(
                    gt(modelCalls.workspaceId, after.workspaceId),
                    and(eq(modelCalls.workspaceId, after.workspaceId), gt(modelCalls.id, after.id)),
                  ),
            ),
          )
          .orderBy(asc(modelCalls.workspaceId), asc(modelCalls.id))
          .limit(pageSize),
      ),
    );
    for await (const value of calls) yield { kind: "calls", value };
  },
  forgetPerson: forgetUsageOf,
  async forgetWorkspace() {},
};
