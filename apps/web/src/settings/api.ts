import { createClient, routeUrl } from "@mindmesh/client";
import { accountRoutes } from "@mindmesh/contracts/account";
import { auditRoutes } from "@mindmesh/contracts/audit";
import { instanceRoutes } from "@mindmesh/contracts/instance";
import { instanceJobRoutes, workspaceJobRoutes } from "@mindmesh/contracts/jobs";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { clientOptions } from "../live/client-options.ts";

export const accountApi = createClient(accountRoutes, clientOptions);
/** Where the browser gets a finished export of the account from. */
export const dataExportUrl = (exportId: string) => routeUrl(accountRoutes.downloadExport, { params: { exportId } });

export const auditApi = createClient(auditRoutes, clientOptions);
export const instanceApi = createClient(instanceRoutes, clientOptions);
export const instanceJobsApi = createClient(instanceJobRoutes, clientOptions);
export const workspaceApi = createClient(workspaceRoutes, clientOptions);
export const workspaceJobsApi = createClient(workspaceJobRoutes, clientOptions);
