import { z } from "zod";
import { id, moment, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { tableName } from "./catalog.ts";
import { columnKind } from "./engine.ts";

/** What an editor must know of a database to complete what is typed: the catalogue, without what only a page about it needs. */
export const completionSchema = z.object({
  /** When the schema was read; null: never. */
  takenAt: moment.nullable(),
  /** Where names without a schema are looked for, in order. */
  searchPath: z.array(z.string()),
  tables: z.array(
    tableName.extend({
      kind: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string(), kind: columnKind })),
      keys: z.array(
        z.object({
          columns: z.array(z.string()),
          to: tableName,
          toColumns: z.array(z.string()),
          /** Declared in the database, or inferred and confirmed by somebody, or only inferred. */
          origin: z.enum(["declared", "confirmed", "inferred"]),
        }),
      ),
    }),
  ),
  functions: z.array(z.object({ schema: z.string(), name: z.string(), arguments: z.string(), returns: z.string() })),
});
export type CompletionSchema = z.infer<typeof completionSchema>;

export const completionRoutes = {
  readCompletion: defineRoute({
    method: "GET",
    path: "/api/workspaces/:workspaceId/query/connections/:connectionId/completion",
    summary: "Names, columns, keys and functions of a database, as an editor completes them",
    tag: "Query",
    audience: "member",
    scope: "read",
    params: workspaceParams.extend({ connectionId: id }),
    response: completionSchema,
  }),
};
