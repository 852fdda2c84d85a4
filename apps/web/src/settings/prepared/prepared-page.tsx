import type { PreparedAnswer } from "@mindmesh/contracts/prepared-answers";
import { Button, EmptyState, LoadMore } from "@mindmesh/ui";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import MessageSquareReply from "lucide-react/icons/message-square-reply";
import Plus from "lucide-react/icons/plus";
import { useState } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { Rows, Section } from "../parts/section.tsx";
import { AnswerRow } from "./answer-row.tsx";
import { preparedAnswersQuery } from "./queries.ts";
import { later } from "../../shell/later.tsx";

const AnswerDialog = later(() => import("./answer-dialog.tsx").then((part) => part.AnswerDialog));

/** Answers that stand before they are asked for: the first thing that the gateway looks for. */
export function PreparedAnswersPage({ workspaceId }: { workspaceId: string }) {
  const queryClient = useQueryClient();
  const query = preparedAnswersQuery(workspaceId);
  const answers = useInfiniteQuery(query);
  const [editing, setEditing] = useState<PreparedAnswer | "new" | null>(null);
  const reload = () => queryClient.invalidateQueries({ queryKey: query.queryKey });
  const add = (
    <Button variant="primary" icon={<Plus />} onClick={() => setEditing("new")}>
      Prepare an answer
    </Button>
  );
  const isEmpty = answers.data?.pages[0]?.items.length === 0;
  return (
    <Section
      title="Prepared answers"
      description="Given at once, without a model, when a program asks /v1 exactly this question."
      action={answers.data && !isEmpty ? add : null}
    >
      <Loaded query={answers}>
        {({ pages }) =>
          isEmpty ? (
            <EmptyState
              icon={<MessageSquareReply aria-hidden="true" />}
              title="Nothing is prepared yet"
              description="Write answers to questions that come again and again, or have a model write them once."
              action={add}
            />
          ) : (
            <>
              <Rows label="Prepared answers">
                {pages
                  .flatMap(({ items }) => items)
                  .map((answer) => (
                    <AnswerRow
                      key={answer.id}
                      workspaceId={workspaceId}
                      answer={answer}
                      onEdit={() => setEditing(answer)}
                      onChanged={reload}
                    />
                  ))}
              </Rows>
              <LoadMore
                hasMore={answers.hasNextPage}
                busy={answers.isFetchingNextPage}
                onLoadMore={() => void answers.fetchNextPage()}
                label="Older answers"
              />
              <p className="mt-4 text-xs text-muted">
                Not given in the middle of a conversation, to calls with tools, images or JSON, nor to requests with the
                header <code className="font-mono text-ink">x-mindmesh-cache: none</code>.
              </p>
            </>
          )
        }
      </Loaded>
      {editing === null ? null : (
        <AnswerDialog
          workspaceId={workspaceId}
          answer={editing === "new" ? null : editing}
          onSaved={reload}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}
