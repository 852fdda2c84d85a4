import { z } from "zod";
import { id, line, moment, prose, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { statementParameters } from "./statements.ts";

/** A page of the workbench: text that is being written. Each person has their own. */
export const tab = z.object({
  id,
  connectionId: id,
  title: z.string(),
  text: z.string(),
  /** Where the cursor was left, in UTF-16 units. */
  cursor: z.int(),
  parameters: statementParameters,
  /** The statements of the last run, in their order. */
  results: z.array(id),
  savedQueryId: id.nullable(),
  position: z.number(),
  version: z.int(),
  updatedAt: moment,
});
export type Tab = z.infer<typeof tab>;

const place = "/api/workspaces/:workspaceId/query/connections/:connectionId/tabs";
const params = workspaceParams.extend({ connectionId: id });
const tabParams = params.extend({ tabId: id });
const route = { tag: "Query", audience: "member" } as const;

const content = {
  title: line(100),
  text: prose(1_000_000),
  cursor: z.int().min(0),
  parameters: statementParameters,
  results: z.array(id).max(50),
  savedQueryId: id.nullable(),
};

export const tabRoutes = {
  listTabs: defineRoute({
    ...route,
    method: "GET",
    path: place,
    summary: "Your tabs at a connection, in their order",
    scope: "read",
    params,
    response: z.object({ items: z.array(tab) }),
  }),
  createTab: defineRoute({
    ...route,
    method: "POST",
    path: place,
    summary: "Open a tab",
    scope: "write",
    params,
    body: z.object({
      /** Made by the caller, so that a repeated call opens no second one. */
      id: id.optional(),
      title: content.title.optional(),
      text: content.text.default(""),
      parameters: content.parameters.default({}),
      savedQueryId: content.savedQueryId.default(null),
    }),
    response: tab,
    bodyLimit: 5 * 1024 * 1024,
  }),
  changeTab: defineRoute({
    ...route,
    method: "PATCH",
    path: `${place}/:tabId`,
    summary: "Change a tab; answers 409 when it has another version by now",
    scope: "write",
    params: tabParams,
    body: z.object({ version: z.int(), position: z.number().optional(), ...z.object(content).partial().shape }),
    response: tab,
    bodyLimit: 5 * 1024 * 1024,
  }),
  closeTab: defineRoute({
    ...route,
    method: "DELETE",
    path: `${place}/:tabId`,
    summary: "Close a tab",
    scope: "write",
    params: tabParams,
    response: "none",
  }),
};

/** Logged events; seen by the tab's person. */
export const tabEvents = {
  "query.tabs.changed": z.object({ connectionId: id, tabId: id, version: z.int().nullable() }),
} as const;
