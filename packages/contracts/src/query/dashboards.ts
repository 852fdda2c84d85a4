import { z } from "zod";
import { id, line, moment, prose, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { chart } from "./charts.ts";
import { cell, resultColumn } from "./engine.ts";
import { statementParameters } from "./statements.ts";

/** Saved queries drawn beside each other, read anew on demand or by a schedule, and told of when they pass a condition. */

export const tile = z.object({
  /** Made by the page; one of its own on the dashboard. */
  id,
  savedQueryId: id,
  title: prose(200).default(""),
  chart,
  /** How many of the four columns and rows of the grid it takes. */
  width: z.int().min(1).max(4),
  height: z.int().min(1).max(4),
});
export type Tile = z.infer<typeof tile>;

/** Five fields of cron, in a time zone. */
export const schedule = z.object({
  cron: prose(100).trim(),
  timezone: prose(64),
});
export type Schedule = z.infer<typeof schedule>;

/** A table of every tile's first rows by e-mail and in the page, to people of the workspace. */
export const snapshot = schedule.extend({ recipients: z.array(id).min(1).max(50) });

export const dashboard = z.object({
  id,
  name: z.string(),
  description: z.string(),
  ownerId: id,
  shared: z.boolean(),
  tiles: z.array(tile),
  /** Values for parameters of the same name in all of its queries. */
  parameters: statementParameters,
  /** Seconds after which an open page reads it anew; null: only when somebody asks. */
  refreshSeconds: z.int().nullable(),
  snapshot: snapshot.nullable(),
  nextSnapshotAt: moment.nullable(),
  version: z.int(),
  createdAt: moment,
  updatedAt: moment,
});
export type Dashboard = z.infer<typeof dashboard>;

export const dashboardContent = z.object({
  name: line(200),
  description: prose(2000).default(""),
  shared: z.boolean().default(false),
  tiles: z.array(tile).max(40).default([]),
  parameters: statementParameters.default({}),
  refreshSeconds: z.int().min(30).max(86_400).nullable().default(null),
  snapshot: snapshot.nullable().default(null),
});
export type DashboardContent = z.output<typeof dashboardContent>;

export const alertOperators = [">", ">=", "<", "<=", "=", "<>"] as const;

export const alertCondition = z.object({
  /** The column whose values are looked at; null: the number of rows. */
  column: prose(200).nullable(),
  /** Whether one row is enough, or every one must hold. */
  over: z.enum(["any", "all"]).default("any"),
  operator: z.enum(alertOperators),
  value: prose(200).trim().min(1, "Must not be empty."),
});
export type AlertCondition = z.infer<typeof alertCondition>;

export const alertStates = ["unknown", "ok", "firing", "failed"] as const;

export const alert = z.object({
  id,
  savedQueryId: id,
  name: z.string(),
  ownerId: id,
  parameters: statementParameters,
  condition: alertCondition,
  schedule,
  recipients: z.array(id),
  enabled: z.boolean(),
  state: z.enum(alertStates),
  /** What was found, or why it could not be looked at. */
  finding: z.string().nullable(),
  checkedAt: moment.nullable(),
  nextAt: moment.nullable(),
  version: z.int(),
});
export type Alert = z.infer<typeof alert>;

export const alertContent = z.object({
  savedQueryId: id,
  name: line(200),
  parameters: statementParameters.default({}),
  condition: alertCondition,
  schedule,
  recipients: z.array(id).min(1, "Somebody must be told.").max(50),
  enabled: z.boolean().default(true),
});
export type AlertContent = z.output<typeof alertContent>;

/** What a tile shows now. */
export const tileResult = z.object({
  columns: z.array(resultColumn),
  rows: z.array(z.array(cell)),
  /** Whether there are more rows than these. */
  more: z.boolean(),
  /** When they were read from the database. */
  readAt: moment,
  cached: z.boolean(),
});
export type TileResult = z.infer<typeof tileResult>;

/** Rows of a tile: more cannot be told apart in a chart. */
export const mostTileRows = 2000;

const place = "/api/workspaces/:workspaceId/query/dashboards";
const alerts = "/api/workspaces/:workspaceId/query/alerts";
const params = workspaceParams.extend({ dashboardId: id });
const alertParams = workspaceParams.extend({ alertId: id });
const route = { tag: "Query", audience: "member" } as const;

export const dashboardRoutes = {
  listDashboards: defineRoute({
    ...route,
    method: "GET",
    path: place,
    summary: "Your dashboards and those that others share, by name",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(dashboard) }),
  }),
  createDashboard: defineRoute({
    ...route,
    method: "POST",
    path: place,
    summary: "Make a dashboard",
    scope: "write",
    params: workspaceParams,
    body: dashboardContent,
    response: dashboard,
    status: 201,
  }),
  getDashboard: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/:dashboardId`,
    summary: "A dashboard",
    scope: "read",
    params,
    response: dashboard,
  }),
  updateDashboard: defineRoute({
    ...route,
    method: "PUT",
    path: `${place}/:dashboardId`,
    summary: "Change a dashboard of yours. Answers 409 when it has another version by now",
    scope: "write",
    params,
    body: dashboardContent.extend({ version: z.int() }),
    response: dashboard,
  }),
  deleteDashboard: defineRoute({
    ...route,
    method: "DELETE",
    path: `${place}/:dashboardId`,
    summary: "Delete a dashboard; its saved queries stay",
    scope: "write",
    params,
    response: "none",
  }),
  readTile: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/:dashboardId/tiles/:tileId/read`,
    summary: "What a tile shows: its query with the dashboard's parameters, at most five minutes old unless `fresh`",
    scope: "read",
    params: params.extend({ tileId: id }),
    body: z.object({ parameters: statementParameters.default({}), fresh: z.boolean().default(false) }),
    response: tileResult,
    limit: "run",
  }),
  sendSnapshot: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/:dashboardId/snapshot`,
    summary: "Sends the snapshot of a dashboard of yours to its recipients now",
    scope: "write",
    params,
    response: "none",
    limit: "run",
  }),
  listAlerts: defineRoute({
    ...route,
    method: "GET",
    path: alerts,
    summary: "Your alerts, and for admins those of everybody",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(alert) }),
  }),
  createAlert: defineRoute({
    ...route,
    method: "POST",
    path: alerts,
    summary: "Make an alert on a saved query",
    scope: "write",
    params: workspaceParams,
    body: alertContent,
    response: alert,
    status: 201,
  }),
  updateAlert: defineRoute({
    ...route,
    method: "PUT",
    path: `${alerts}/:alertId`,
    summary: "Change an alert of yours. Answers 409 when it has another version by now",
    scope: "write",
    params: alertParams,
    body: alertContent.extend({ version: z.int() }),
    response: alert,
  }),
  deleteAlert: defineRoute({
    ...route,
    method: "DELETE",
    path: `${alerts}/:alertId`,
    summary: "Delete an alert",
    scope: "write",
    params: alertParams,
    response: "none",
  }),
} as const;

/** Logged events; seen by everybody where it is shared, otherwise by its owner. */
export const dashboardEvents = {
  "query.dashboards.changed": z.object({ dashboardId: id }),
  "query.alerts.changed": z.object({ alertId: id }),
} as const;
