import { auditRoutes } from "@mindmesh/contracts/audit";
import type { FastifyInstance } from "fastify";
import type { Database } from "../db/index.ts";
import { implement, requireInstanceOwner, requireRight } from "../http/index.ts";
import { listAudit } from "./list-audit.ts";

/** Registers the reading of the audit log. */
export function auditRoutesOn(app: FastifyInstance, db: Database): void {
  implement(app, auditRoutes, {
    listAudit: ({ caller, params, query }) => {
      requireRight(caller, "audit.read");
      return listAudit(db, params.workspaceId, query);
    },
    listInstanceAudit: ({ caller, query }) => {
      requireInstanceOwner(caller);
      return listAudit(db, null, query);
    },
  });
}
