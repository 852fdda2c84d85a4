import type { McpServer, OutsideTool } from "@mindmesh/contracts/mcp-servers";
import type { ToolRisk } from "@mindmesh/contracts/tools";
import { Badge, Button, Select, Switch } from "@mindmesh/ui";
import { useMutation } from "@tanstack/react-query";
import { showError } from "../../shell/show-error.ts";
import { Row } from "../parts/section.tsx";
import { mcpApi } from "./api.ts";

const risks: { value: ToolRisk; label: string; hint: string }[] = [
  { value: "read", label: "Read", hint: "Changes nothing; also for keys that may only read." },
  { value: "write", label: "Write", hint: "Changes what can be changed back." },
  { value: "critical", label: "Critical", hint: "Every call waits for approval." },
];

type OutsideToolRowProps = {
  workspaceId: string;
  server: McpServer;
  tool: OutsideTool;
  onChanged: () => Promise<unknown>;
};

/** One tool of an outside server: what it says it does, its risk, whether it is offered. */
export function OutsideToolRow({ workspaceId, server, tool, onChanged }: OutsideToolRowProps) {
  const change = useMutation({
    mutationFn: (body: Partial<Pick<OutsideTool, "risk" | "enabled">>) =>
      mcpApi.changeOutsideTool({
        params: { workspaceId, serverId: server.id, tool: tool.name },
        body: { risk: tool.risk, enabled: tool.enabled, definitionHash: tool.definitionHash, ...body },
      }),
    onError: showError,
    onSettled: onChanged,
  });
  const isSeen = tool.state === "seen";
  return (
    <Row
      title={
        <>
          {tool.title}
          {tool.title === tool.name ? null : <span className="font-mono text-xs text-muted">{tool.name}</span>}
          {isSeen ? null : <Badge tone="warning">{tool.state === "new" ? "New" : "Changed"}: not offered</Badge>}
        </>
      }
      detail={
        <>
          <p className="whitespace-pre-line">{tool.purpose}</p>
          <details className="mt-1">
            <summary className="cursor-pointer">What it takes</summary>
            <pre className="mt-1 whitespace-pre-wrap rounded-md bg-sunken p-2 font-mono text-xs">
              {JSON.stringify(tool.inputSchema, null, 2)}
            </pre>
          </details>
        </>
      }
    >
      {isSeen ? (
        <>
          <Select
            aria-label={`Risk of ${tool.title}`}
            options={risks}
            value={tool.risk}
            disabled={change.isPending}
            onValueChange={(risk) => change.mutate({ risk: risk as ToolRisk })}
            className="w-28"
          />
          <Switch
            label={<span className="sr-only">Offer {tool.title}</span>}
            checked={tool.enabled}
            disabled={change.isPending}
            onCheckedChange={(enabled) => change.mutate({ enabled })}
          />
        </>
      ) : (
        <Button size="sm" busy={change.isPending} onClick={() => change.mutate({ enabled: true })}>
          I have looked at it
        </Button>
      )}
    </Row>
  );
}
