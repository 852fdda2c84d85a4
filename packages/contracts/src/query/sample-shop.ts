import { z } from "zod";
import { id, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";

/** What the connection to the sample database is called. */
export const sampleShopName = "Sample shop";

export const sampleShopRoutes = {
  addSampleShop: defineRoute({
    tag: "Query",
    audience: "member",
    method: "POST",
    path: "/api/workspaces/:workspaceId/query/sample-shop",
    summary: "Add the sample database, a made-up shop; it is made in the background within seconds",
    scope: "admin",
    limit: "sensitive",
    params: workspaceParams,
    /** The job that makes it; its progress is that job's. */
    response: z.object({ jobId: id }),
    status: 202,
  }),
} as const;
