import { createClient, routeUrl } from "@mindmesh/client";
import { diagramRoutes, type diagramFormats } from "@mindmesh/contracts/query/diagram";
import { queryOptions } from "@tanstack/react-query";
import { clientOptions } from "../../../live/client-options.ts";
import { connectionKeyOf } from "../queries.ts";

export const diagramApi = createClient(diagramRoutes, clientOptions);

/** The schema of a connection as a diagram. A newly read schema makes it out of date. */
export const diagramQuery = (workspaceId: string, connectionId: string) =>
  queryOptions({
    queryKey: [...connectionKeyOf(workspaceId, connectionId), "diagram"],
    queryFn: ({ signal }) => diagramApi.getDiagram({ params: { workspaceId, connectionId }, signal }),
    staleTime: Infinity,
    retry: false,
  });

/** Where the person has put tables. Only this page changes it, and it knows. */
export const arrangementQuery = (workspaceId: string, connectionId: string) =>
  queryOptions({
    queryKey: [...connectionKeyOf(workspaceId, connectionId), "arrangement"],
    queryFn: ({ signal }) => diagramApi.getArrangement({ params: { workspaceId, connectionId }, signal }),
    staleTime: Infinity,
  });

/** Where the schema can be saved from as a file. */
export const diagramExportUrl = (
  params: { workspaceId: string; connectionId: string },
  format: (typeof diagramFormats)[number],
) => routeUrl(diagramRoutes.exportDiagram, { params, query: { format } });
