import type { RecordedToolCall } from "@mindmesh/contracts/tools";
import { LoadMore } from "@mindmesh/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { workspaceToolCallsQuery } from "../../tools/queries.ts";
import { stateWords } from "../../tools/state-words.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { origins } from "./call-words.ts";

/** Who called what lately, and how it ended; what it was about is the person's own. */
export function WorkspaceCallsSection({ workspaceId }: { workspaceId: string }) {
  const calls = useInfiniteQuery(workspaceToolCallsQuery(workspaceId));
  return (
    <Section
      title="Recent calls"
      description="By everybody. Arguments and results are for the person alone to see."
      action={
        <Link
          to="/w/$workspaceId/settings/$page"
          params={{ workspaceId, page: "audit" }}
          search={{ action: "tool" }}
          className="shrink-0 text-sm font-medium text-accent-ink underline underline-offset-4"
        >
          In the audit log
        </Link>
      }
    >
      <Loaded query={calls}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <p className="text-sm text-muted">No tool has been called yet.</p>;
          return (
            <>
              <Rows label="Recent calls">
                {items.map((call) => (
                  <Row
                    key={call.id}
                    title={call.title}
                    detail={
                      <>
                        {call.person.name}, {origins[call.origin].replace(/^./, (letter) => letter.toLowerCase())},{" "}
                        <Moment at={call.createdAt} />
                      </>
                    }
                  >
                    <span className="text-xs tabular-nums text-muted">{stateOf(call)}</span>
                  </Row>
                ))}
              </Rows>
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
  );
}

function stateOf({ state, durationMs }: RecordedToolCall) {
  if (durationMs === null) return stateWords[state];
  return `${stateWords[state]}, ${durationMs < 1000 ? `${durationMs} ms` : `${(durationMs / 1000).toFixed(1)} s`}`;
}
