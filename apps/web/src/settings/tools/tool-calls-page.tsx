import type { ToolCall } from "@mindmesh/contracts/tools";
import { EmptyState, LoadMore } from "@mindmesh/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import Wrench from "lucide-react/icons/wrench";
import { toolCallsQuery, toolsQuery } from "../../tools/queries.ts";
import { RiskBadge } from "../../tools/risk-badge.tsx";
import { ToolCallCard, type ShownCall } from "../../tools/tool-call-card.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Section } from "../parts/section.tsx";

const origins: Record<ToolCall["origin"], string> = {
  page: "From the page",
  chat: "From a conversation",
  api: "With an API key",
  mcp: "From an MCP client",
  agent: "From an agent",
};

/** What was called in the person's name, what waits for their approval, and which tools there are. */
export function ToolCallsPage({ workspaceId }: { workspaceId: string }) {
  const calls = useInfiniteQuery(toolCallsQuery(workspaceId));
  const tools = useQuery(toolsQuery(workspaceId));
  return (
    <>
      <Section
        title="Calls in your name"
        description="Whatever a model, a program or an agent did here as you. A critical call waits until you approve it."
      >
        <Loaded query={calls}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            if (items.length === 0) {
              return <EmptyState icon={<Wrench aria-hidden="true" />} title="No tool has been called yet" />;
            }
            return (
              <>
                <ol aria-label="Tool calls">
                  {items.map((call) => (
                    <li key={call.id} className="mb-3">
                      <ToolCallCard workspaceId={workspaceId} call={shown(call)} mine />
                      <p className="px-3 text-xs text-faint">
                        {origins[call.origin]}, <Moment at={call.createdAt} />
                      </p>
                    </li>
                  ))}
                </ol>
                <LoadMore
                  hasMore={calls.hasNextPage}
                  busy={calls.isFetchingNextPage}
                  onLoadMore={() => void calls.fetchNextPage()}
                  label="Older calls"
                />
              </>
            );
          }}
        </Loaded>
      </Section>
      <Section title="Tools" description="What models and programs can do here, as far as your role allows it.">
        <Loaded query={tools}>
          {(items) => (
            <ul aria-label="Tools" className="flex flex-col divide-y divide-line border-t border-line">
              {items.map(({ name, title, purpose, risk }) => (
                <li key={name} className="flex items-start gap-3 py-2.5 text-sm">
                  <div className="min-w-0 flex-1">
                    <p className="font-medium text-ink">{title}</p>
                    <p className="text-xs text-muted">{purpose}</p>
                    <p className="font-mono text-2xs text-faint">{name}</p>
                  </div>
                  <RiskBadge risk={risk} />
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </Section>
    </>
  );
}

function shown(call: ToolCall): ShownCall {
  return { ...call, input: JSON.stringify(call.arguments), output: null, cut: [] };
}
