import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { workspaceKey } from "../../live/live-connection.ts";
import { auditApi, workspaceApi } from "../api.ts";

export const membersQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "members"],
    queryFn: ({ signal }) => workspaceApi.listMembers({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });

export const invitationsQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: [...workspaceKey(workspaceId), "invitations"],
    queryFn: ({ signal }) => workspaceApi.listInvitations({ params: { workspaceId }, signal }),
    select: ({ items }) => items,
  });

export interface AuditFilter {
  /** An action or its beginning; undefined for all. */
  action: string | undefined;
  actorId: string | undefined;
  /** Only entries of the last so many days. */
  days: number | undefined;
}

/** The audit log of a workspace, or of the server itself where `workspaceId` is null, newest first. */
export const auditLogQuery = (workspaceId: string | null, { action, actorId, days }: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: [
      ...(workspaceId === null ? ["instance"] : workspaceKey(workspaceId)),
      "audit",
      { action, actorId, days },
    ],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: 50,
        ...(action === undefined ? {} : { action }),
        ...(actorId === undefined ? {} : { actorId }),
        ...(days === undefined ? {} : { from: new Date(Date.now() - days * 86_400_000).toISOString() }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      };
      return workspaceId === null
        ? auditApi.listInstanceAudit({ query, signal })
        : auditApi.listAudit({ params: { workspaceId }, query, signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
  });
