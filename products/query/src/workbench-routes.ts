import { completionRoutes } from "@mindmesh/contracts/query/completion";
import { savedQueryRoutes } from "@mindmesh/contracts/query/saved-queries";
import { tabRoutes } from "@mindmesh/contracts/query/tabs";
import type { Database } from "@mindmesh/kernel/db";
import { implement } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { readCompletion } from "./catalog/read-completion.ts";
import {
  createSavedQuery,
  deleteSavedQuery,
  listSavedQueries,
  listSavedQueryVersions,
  readSavedQuery,
  updateSavedQuery,
} from "./saved-queries/saved-queries.ts";
import { changeTab, closeTab, createTab, listTabs } from "./tabs/tabs.ts";

/** Registers the HTTP routes of tabs, saved queries and completion. */
export function workbenchRoutesOn(app: FastifyInstance, { db }: { db: Database }): void {
  implement(app, completionRoutes, {
    readCompletion: ({ caller, params }) => readCompletion(db, caller, params.connectionId),
  });
  implement(app, tabRoutes, {
    listTabs: async ({ caller, params }) => ({ items: await listTabs(db, caller, params.connectionId) }),
    createTab: ({ caller, params, body }) => createTab(db, caller, params.connectionId, body),
    changeTab: ({ caller, params, body }) => changeTab(db, caller, params, body),
    closeTab: ({ caller, params }) => closeTab(db, caller, params),
  });
  implement(app, savedQueryRoutes, {
    listSavedQueries: async ({ caller, query }) => ({ items: await listSavedQueries(db, caller, query) }),
    createSavedQuery: ({ caller, body }) => createSavedQuery(db, caller, body),
    getSavedQuery: ({ caller, params }) => readSavedQuery(db, caller, params.savedQueryId),
    updateSavedQuery: ({ caller, params, body }) => updateSavedQuery(db, caller, params.savedQueryId, body),
    deleteSavedQuery: ({ caller, params }) => deleteSavedQuery(db, caller, params.savedQueryId),
    listSavedQueryVersions: async ({ caller, params }) => ({
      items: await listSavedQueryVersions(db, caller, params.savedQueryId),
    }),
  });
}
