import { createClient, routeUrl } from "@mindmesh/client";
import { documentationRoutes, type documentationFormats } from "@mindmesh/contracts/query/documentation";
import { queryOptions } from "@tanstack/react-query";
import { clientOptions } from "../../../live/client-options.ts";
import { connectionKeyOf } from "../queries.ts";

export const documentationApi = createClient(documentationRoutes, clientOptions);

export const documentationKeyOf = (workspaceId: string, connectionId: string) =>
  [...connectionKeyOf(workspaceId, connectionId), "documentation"] as const;

/** The documentation as it is now. */
export const documentationQuery = (workspaceId: string, connectionId: string) =>
  queryOptions({
    queryKey: [...documentationKeyOf(workspaceId, connectionId), "now"],
    queryFn: ({ signal }) => documentationApi.getDocumentation({ params: { workspaceId, connectionId }, signal }),
    staleTime: 60_000,
    retry: false,
  });

export const versionsQuery = (workspaceId: string, connectionId: string) =>
  queryOptions({
    queryKey: [...documentationKeyOf(workspaceId, connectionId), "versions"],
    queryFn: ({ signal }) =>
      documentationApi.listDocumentationVersions({ params: { workspaceId, connectionId }, signal }),
    select: ({ items }) => items,
    staleTime: 60_000,
  });

/** What has changed since a version. */
export const changesQuery = (workspaceId: string, connectionId: string, from: number) =>
  queryOptions({
    queryKey: [...documentationKeyOf(workspaceId, connectionId), "changes", from],
    queryFn: ({ signal }) =>
      documentationApi.compareDocumentation({ params: { workspaceId, connectionId }, query: { from }, signal }),
    select: ({ items }) => items,
    staleTime: 60_000,
  });

/** Where the documentation can be saved from as a file. */
export const documentationUrl = (
  params: { workspaceId: string; connectionId: string },
  format: (typeof documentationFormats)[number],
) => routeUrl(documentationRoutes.exportDocumentation, { params, query: { format } });
