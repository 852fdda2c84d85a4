import { ClientError } from "@mindmesh/client";
import { Button, confirm, toast } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Section } from "../../../settings/parts/section.tsx";
import { connectionsApi } from "../api.ts";
import { connectionsQuery } from "../queries.ts";
import type { SectionProps } from "../sections.tsx";

/** Takes a connection away for good. */
export function DeletePart({ workspaceId, connection }: SectionProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => connectionsApi.deleteConnection({ params: { workspaceId, connectionId: connection.id } }),
    onSuccess: async () => {
      toast(`${connection.name} was deleted`);
      await navigate({ to: "/w/$workspaceId/query", params: { workspaceId } });
      await queryClient.invalidateQueries(connectionsQuery(workspaceId));
    },
    onError: (error) => {
      if (!(error instanceof ClientError)) throw error;
      toast(error.message, { tone: "danger" });
    },
  });
  const isFiles = connection.network === null;
  const ask = async () => {
    const sure = await confirm({
      title: `Delete ${connection.name}?`,
      description: `Its schema, saved queries and settings go for everybody. ${isFiles ? "Its files are deleted from this server." : "The database itself is not touched."}`,
      confirmLabel: "Delete connection",
      danger: true,
    });
    if (sure) remove.mutate();
  };
  return (
    <Section
      title="Delete"
      description={isFiles ? "Its files go with it." : "The database itself is not touched."}
      action={
        <Button variant="danger" busy={remove.isPending} onClick={() => void ask()}>
          Delete connection
        </Button>
      }
    />
  );
}
