import { notificationRoutes } from "@mindmesh/contracts/notifications";
import type { FastifyInstance } from "fastify";
import type { Database } from "../db/index.ts";
import { implement } from "../http/index.ts";
import { listNotifications, readNotifications } from "./read-notifications.ts";

/** Registers the reading of notifications. */
export function notificationRoutesOn(app: FastifyInstance, db: Database): void {
  implement(app, notificationRoutes, {
    listNotifications: ({ caller, query }) => listNotifications(db, caller, query),
    readNotifications: ({ caller, body }) => readNotifications(db, caller, body.ids),
  });
}
