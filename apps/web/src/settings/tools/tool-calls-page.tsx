import { roleMay } from "@mindmesh/contracts/permissions";
import { EmptyState, LoadMore } from "@mindmesh/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import Wrench from "lucide-react/icons/wrench";
import { toolCallsQuery } from "../../tools/queries.ts";
import { ToolCallCard } from "../../tools/tool-call-card.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Section } from "../parts/section.tsx";
import { useRole } from "../use-role.ts";
import { origins, shownCall } from "./call-words.ts";

/** What was called in the person's name, and what waits for their approval. */
export function ToolCallsPage({ workspaceId }: { workspaceId: string }) {
  const calls = useInfiniteQuery(toolCallsQuery(workspaceId));
  const admin = roleMay(useRole(workspaceId), "tools.manage");
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
                      <ToolCallCard workspaceId={workspaceId} call={shownCall(call)} mine admin={admin} />
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
    </>
  );
}
