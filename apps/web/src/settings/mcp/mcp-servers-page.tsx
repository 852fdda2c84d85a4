import type { McpServer } from "@mindmesh/contracts/mcp-servers";
import { Badge, Button, Callout, confirm, EmptyState, IconButton, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Plug from "lucide-react/icons/plug";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Rows, Section } from "../parts/section.tsx";
import { OutsideToolRow } from "./outside-tool-row.tsx";
import { mcpApi } from "./api.ts";
import { mcpServersQuery } from "./queries.ts";
import { later } from "../../shell/later.tsx";

const AddServerDialog = later(() => import("./add-server-dialog.tsx").then((part) => part.AddServerDialog));

/** Outside MCP servers whose tools everybody in the workspace can use, and how this one is used from outside. */
export function McpServersPage({ workspaceId }: { workspaceId: string }) {
  const queryClient = useQueryClient();
  const query = mcpServersQuery(workspaceId);
  const servers = useQuery(query);
  const [adding, setAdding] = useState(false);
  const reload = () => queryClient.invalidateQueries({ queryKey: query.queryKey });
  const add = (
    <Button variant="primary" icon={<Plus />} onClick={() => setAdding(true)}>
      Add a server
    </Button>
  );
  return (
    <>
      <Section
        title="Outside MCP servers"
        description="Their tools stand beside Mindmesh’s own, in Chat and for agents. What they return is data to the model, and every call is recorded."
        action={servers.data?.length ? add : null}
      >
        <Loaded query={servers}>
          {(items) =>
            items.length === 0 ? (
              <EmptyState
                icon={<Plug aria-hidden="true" />}
                title="No servers yet"
                description="Add one that speaks the Model Context Protocol over HTTP."
                action={add}
              />
            ) : null
          }
        </Loaded>
        {adding ? (
          <AddServerDialog workspaceId={workspaceId} onAdded={reload} onClose={() => setAdding(false)} />
        ) : null}
      </Section>
      {servers.data?.map((server) => (
        <ServerSection key={server.id} workspaceId={workspaceId} server={server} onChanged={reload} />
      ))}
      <Section
        title="Mindmesh as an MCP server"
        description="Claude, Cursor and any other MCP client can use Mindmesh’s tools as far as the person and what they allow go."
      >
        <p className="text-sm text-muted">
          Give the program the address <code className="font-mono text-ink">{`${location.origin}/mcp`}</code>. It sends
          its person here to agree. One that cannot do that takes an API key in the header{" "}
          <code className="font-mono text-ink">Authorization: Bearer mm_…</code>
        </p>
      </Section>
    </>
  );
}

type ServerSectionProps = { workspaceId: string; server: McpServer; onChanged: () => Promise<unknown> };

function ServerSection({ workspaceId, server, onChanged }: ServerSectionProps) {
  const params = { workspaceId, serverId: server.id };
  const look = useMutation({
    mutationFn: () => mcpApi.lookAtMcpServer({ params }),
    onSuccess: ({ problem }) =>
      void (problem === null
        ? toast(`${server.name} answers`, { tone: "success" })
        : toast(`${server.name} does not answer`, { tone: "danger", description: problem })),
    onError: showError,
    onSettled: onChanged,
  });
  const remove = async () => {
    const sure = await confirm({
      title: `Delete ${server.name}?`,
      description: "Its tools can no longer be called, and its token is forgotten.",
      confirmLabel: "Delete server",
      danger: true,
    });
    if (!sure) return;
    try {
      await mcpApi.deleteMcpServer({ params });
      toast("Server deleted");
    } catch (error) {
      showError(error);
    }
    await onChanged();
  };
  return (
    <Section
      title={server.name}
      description={
        <>
          <span className="[overflow-wrap:anywhere]">{server.url}</span> · asked <Moment at={server.lookedAt} />{" "}
          {server.problem === null ? null : <Badge tone="danger">Does not answer</Badge>}
        </>
      }
      action={
        <div className="flex shrink-0 items-center gap-1">
          <Button size="sm" busy={look.isPending} onClick={() => look.mutate()}>
            Ask again
          </Button>
          <IconButton
            size="sm"
            variant="danger-quiet"
            label={`Delete ${server.name}`}
            icon={<Trash2 />}
            onClick={() => void remove()}
          />
        </div>
      }
    >
      {server.problem === null ? null : <Callout title={server.problem} className="mb-3" />}
      {server.tools.length === 0 ? (
        <p className="text-sm text-muted">It has no tools.</p>
      ) : (
        <Rows label={`Tools of ${server.name}`}>
          {server.tools.map((tool) => (
            <OutsideToolRow
              key={tool.name}
              workspaceId={workspaceId}
              server={server}
              tool={tool}
              onChanged={onChanged}
            />
          ))}
        </Rows>
      )}
    </Section>
  );
}
