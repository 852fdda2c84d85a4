import { Button, Callout, EmptyState } from "@mindmesh/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import MessageCircleQuestion from "lucide-react/icons/message-circle-question-mark";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { ListSkeleton, Loaded } from "../../../settings/parts/loaded.tsx";
import type { SectionProps } from "../sections.tsx";
import { AskBox } from "./ask-box.tsx";
import { AskProgress } from "./ask-progress.tsx";
import { glossaryQuery, turnsQuery } from "./queries.ts";
import { TurnView } from "./turn-view.tsx";
import { useAsk } from "./use-ask.ts";

/** Questions in words: the box, what is being answered, and what was asked before, newest first. */
export function AskSection({ workspaceId, connection }: SectionProps) {
  const place = { workspaceId, connectionId: connection.id };
  const turns = useInfiniteQuery(turnsQuery(place));
  const terms = useQuery(glossaryQuery(place));
  const { asking, problem, results, ask, cancel } = useAsk(place);
  const all = turns.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex max-w-4xl flex-col gap-5 px-8 py-6 phone:px-4 phone:py-4">
        <AskBox allowsModel={connection.consents.names} isAsking={asking !== null} onAsk={ask} onCancel={cancel} />
        {problem ? (
          <Callout tone="danger" icon={<TriangleAlert aria-hidden="true" />} title="The question was not answered">
            {problem}
          </Callout>
        ) : null}
        {asking ? <AskProgress asking={asking} onCancel={cancel} /> : null}
        <Loaded query={turns} skeleton={<ListSkeleton rows={3} />}>
          {() =>
            all.length === 0 && !asking ? (
              <EmptyState
                icon={<MessageCircleQuestion aria-hidden="true" />}
                title="Ask what you want to know"
                description={
                  terms.data && terms.data.length > 0
                    ? `Use words of the schema and the glossary, such as “${terms.data[0]?.term}”. Every answer shows its SQL.`
                    : "Use words of the schema, such as the names of tables and columns. Every answer shows its SQL."
                }
              />
            ) : (
              <ol aria-label="Questions, newest first" className="flex flex-col gap-5">
                {all.map((turn) => (
                  <li key={turn.id}>
                    <TurnView
                      place={place}
                      turn={turn}
                      result={results[turn.id] ?? null}
                      onAsk={(body) => void ask(body)}
                    />
                  </li>
                ))}
              </ol>
            )
          }
        </Loaded>
        {turns.hasNextPage ? (
          <Button className="self-center" busy={turns.isFetchingNextPage} onClick={() => void turns.fetchNextPage()}>
            Earlier questions
          </Button>
        ) : null}
      </div>
    </div>
  );
}
