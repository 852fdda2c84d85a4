import { z } from "zod";
import { id, line, moment, prose, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { statementParameters, statementText } from "./statements.ts";

/** A query that is kept under a name, for its owner or for everybody who may use the connection. */
export const savedQuery = z.object({
  id,
  connectionId: id,
  ownerId: id,
  ownerName: z.string().nullable(),
  name: z.string(),
  description: z.string(),
  /** Parts between slashes; empty: in no folder. */
  folder: z.string(),
  tags: z.array(z.string()),
  shared: z.boolean(),
  sql: z.string(),
  /** Values to begin with. */
  parameters: statementParameters,
  version: z.int(),
  createdAt: moment,
  updatedAt: moment,
});
export type SavedQuery = z.infer<typeof savedQuery>;

export const savedQueryVersion = z.object({
  version: z.int(),
  name: z.string(),
  description: z.string(),
  sql: z.string(),
  parameters: statementParameters,
  savedBy: z.object({ id, name: z.string().nullable() }).nullable(),
  savedAt: moment,
});
export type SavedQueryVersion = z.infer<typeof savedQueryVersion>;

export const savedQueryContent = z.object({
  name: line(200),
  description: prose(5000).default(""),
  folder: line(200, 0).default(""),
  tags: z.array(line(40)).max(20).default([]),
  shared: z.boolean().default(false),
  sql: statementText,
  parameters: statementParameters.default({}),
});

const place = "/api/workspaces/:workspaceId/query/saved-queries";
const params = workspaceParams.extend({ savedQueryId: id });
const route = { tag: "Query", audience: "member" } as const;

export const savedQueryRoutes = {
  listSavedQueries: defineRoute({
    ...route,
    method: "GET",
    path: place,
    summary: "Your saved queries and those that others share, last changed first",
    scope: "read",
    params: workspaceParams,
    query: z.object({
      connectionId: id.optional(),
      /** Words in name, description, folder, tags or text. */
      find: prose(200).trim().optional(),
    }),
    response: z.object({ items: z.array(savedQuery) }),
  }),
  createSavedQuery: defineRoute({
    ...route,
    method: "POST",
    path: place,
    summary: "Save a query",
    scope: "write",
    params: workspaceParams,
    body: savedQueryContent.extend({ connectionId: id }),
    response: savedQuery,
  }),
  getSavedQuery: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/:savedQueryId`,
    summary: "A saved query",
    scope: "read",
    params,
    response: savedQuery,
  }),
  updateSavedQuery: defineRoute({
    ...route,
    method: "PUT",
    path: `${place}/:savedQueryId`,
    summary:
      "Change a saved query of yours; another text is a new version. Answers 409 when it has another version by now",
    scope: "write",
    params,
    body: savedQueryContent.extend({ version: z.int() }),
    response: savedQuery,
  }),
  deleteSavedQuery: defineRoute({
    ...route,
    method: "DELETE",
    path: `${place}/:savedQueryId`,
    summary: "Delete a saved query with its versions",
    scope: "write",
    params,
    response: "none",
  }),
  listSavedQueryVersions: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/:savedQueryId/versions`,
    summary: "The versions of a saved query, newest first",
    scope: "read",
    params,
    response: z.object({ items: z.array(savedQueryVersion) }),
  }),
};

/** Logged events; seen by everybody where a shared query changed, otherwise by its owner. */
export const savedQueryEvents = {
  "query.saved.changed": z.object({ savedQueryId: id, connectionId: id }),
} as const;
