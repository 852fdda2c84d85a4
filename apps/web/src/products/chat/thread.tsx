import { Button } from "@mindmesh/ui";
import ArrowDown from "lucide-react/icons/arrow-down";
import { AssistantMessage, type AnswerActions } from "./assistant-message.tsx";
import type { BranchMessage } from "./branch.ts";
import type { Outgoing } from "./outbox.ts";
import { useStickToBottom } from "./use-stick-to-bottom.ts";
import { UserMessage, type QuestionActions } from "./user-message.tsx";

type ThreadProps = {
  branch: readonly BranchMessage[];
  outgoing: readonly Outgoing[];
  editingId: string | null;
  actions: { answer: AnswerActions; question: QuestionActions } | null;
};

/** The messages of the branch that is shown. Stays at its end while the reader is there. */
export function Thread({ branch, outgoing, editingId, actions }: ThreadProps) {
  const { scroller, content, atEnd, toEnd } = useStickToBottom();
  return (
    <div className="relative min-h-0 flex-1">
      <div ref={scroller} className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none]">
        <div ref={content} className="mx-auto flex max-w-3xl flex-col gap-5 px-4 pb-8 pt-6 phone:px-3">
          {branch.map(({ message, alternatives }, index) => (
            <div key={message.id}>
              {message.role === "user" ? (
                <UserMessage
                  message={message}
                  alternatives={alternatives}
                  editing={editingId === message.id}
                  outgoing={outgoing.find((each) => each.messageId === message.id) ?? null}
                  actions={actions?.question ?? null}
                />
              ) : (
                <AssistantMessage
                  message={message}
                  alternatives={alternatives}
                  last={index === branch.length - 1}
                  actions={actions?.answer ?? null}
                />
              )}
            </div>
          ))}
        </div>
      </div>
      {atEnd ? null : (
        <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
          <Button
            size="sm"
            icon={<ArrowDown />}
            className="pointer-events-auto animate-fade-in rounded-full shadow-overlay"
            onClick={() => toEnd("smooth")}
          >
            Jump to latest
          </Button>
        </div>
      )}
    </div>
  );
}
