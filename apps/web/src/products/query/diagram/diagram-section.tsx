import { ClientError } from "@mindmesh/client";
import { EmptyState, ErrorState, Spinner } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import Workflow from "lucide-react/icons/workflow";
import type { SectionProps } from "../sections.tsx";
import { DiagramView } from "./diagram-view.tsx";
import { arrangementQuery, diagramQuery } from "./queries.ts";

/** The schema of a connection as a diagram. */
export function DiagramSection({ workspaceId, connection }: SectionProps) {
  const diagram = useQuery(diagramQuery(workspaceId, connection.id));
  const arrangement = useQuery(arrangementQuery(workspaceId, connection.id));
  const failed = diagram.error ?? arrangement.error;
  if (failed instanceof ClientError && failed.status === 404) {
    return (
      <EmptyState
        icon={<Workflow aria-hidden="true" />}
        title="Nothing to draw yet"
        description="The schema of this connection has not been read. Read it under Schema; the diagram is there right after."
      />
    );
  }
  if (failed) {
    return (
      <ErrorState
        title="The diagram could not be loaded"
        description={failed instanceof ClientError ? failed.message : "Something went wrong on this page."}
        onRetry={() => void Promise.all([diagram.refetch(), arrangement.refetch()])}
        retrying={diagram.isFetching || arrangement.isFetching}
      />
    );
  }
  if (!diagram.data || !arrangement.data) {
    return (
      <output className="flex flex-1 items-center justify-center gap-2 text-sm text-muted">
        <Spinner className="size-4" /> Loading the schema
      </output>
    );
  }
  if (diagram.data.tables.length === 0) {
    return (
      <EmptyState
        icon={<Workflow aria-hidden="true" />}
        title="No tables"
        description="This database has no table that you may see."
      />
    );
  }
  return (
    <ReactFlowProvider>
      <DiagramView
        key={connection.id}
        workspaceId={workspaceId}
        connection={connection}
        diagram={diagram.data}
        kept={arrangement.data}
      />
    </ReactFlowProvider>
  );
}
