import { Button } from "@mindmesh/ui";
import ArrowDown from "lucide-react/icons/arrow-down";
import { useCallback, useEffect } from "react";
import { AssistantMessage, type AnswerActions } from "./assistant-message.tsx";
import type { BranchMessage } from "./branch.ts";
import { EarlierMark } from "./earlier-mark.tsx";
import { clearMarks, markWords } from "./mark-words.ts";
import type { Outgoing } from "./outbox.ts";
import { useStickToBottom } from "./use-stick-to-bottom.ts";
import { useThreadWindow } from "./use-thread-window.ts";
import { UserMessage, type QuestionActions } from "./user-message.tsx";

/** What a search led to: a message, and the words that were looked for. */
export interface SearchTarget {
  messageId: string;
  find: string;
}

const markMilliseconds = 250;

type ThreadProps = {
  workspaceId: string;
  branch: readonly BranchMessage[];
  outgoing: readonly Outgoing[];
  editingId: string | null;
  target: SearchTarget | null;
  actions: { answer: AnswerActions; question: QuestionActions } | null;
};

/** The messages of the branch that is shown. Stays at its end while the reader is there. */
export function Thread({ workspaceId, branch, outgoing, editingId, target, actions }: ThreadProps) {
  const { scroller, content, atEnd, toEnd, letGo } = useStickToBottom();
  const targetIndex = target === null ? -1 : branch.findIndex(({ message }) => message.id === target.messageId);
  const { from, showEarlier } = useThreadWindow(branch.length, targetIndex);
  const goTo = useCallback(
    (element: HTMLElement | null) => {
      if (!element) return undefined;
      letGo();
      element.scrollIntoView({ block: "start" });
      element.focus({ preventScroll: true });
      // Markdown comes a moment later.
      const timer = setTimeout(() => {
        const first = markWords(element, target?.find ?? "");
        first?.startContainer.parentElement?.scrollIntoView({ block: "center" });
      }, markMilliseconds);
      return () => {
        clearTimeout(timer);
        clearMarks();
      };
    },
    [letGo, target?.find],
  );

  // What the person sends is at the end, wherever they were reading.
  const lastSent = outgoing.at(-1)?.messageId;
  useEffect(() => {
    if (lastSent !== undefined) toEnd();
  }, [lastSent, toEnd]);

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
        tabIndex={0}
        role="log"
        aria-label="Messages"
        className="h-full overflow-y-auto overscroll-contain -outline-offset-2"
      >
        <div ref={content} className="mx-auto flex max-w-3xl flex-col gap-5 px-4 pb-8 pt-6 phone:px-3">
          {from > 0 ? <EarlierMark key={from} onReach={showEarlier} /> : null}
          {branch.slice(from).map(({ message, alternatives }, index) => (
            <div
              key={message.id}
              ref={message.id === target?.messageId ? goTo : undefined}
              tabIndex={-1}
              className="scroll-mt-6 outline-none [contain-intrinsic-size:auto_12rem] [content-visibility:auto]"
            >
              {message.role === "user" ? (
                <UserMessage
                  workspaceId={workspaceId}
                  message={message}
                  alternatives={alternatives}
                  editing={editingId === message.id}
                  outgoing={outgoing.find((each) => each.messageId === message.id) ?? null}
                  actions={actions?.question ?? null}
                />
              ) : (
                <AssistantMessage
                  workspaceId={workspaceId}
                  message={message}
                  alternatives={alternatives}
                  last={from + index === branch.length - 1}
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
            className="pointer-events-auto animate-fade-in !rounded-full !shadow-overlay"
            onClick={() => toEnd("smooth")}
          >
            Jump to latest
          </Button>
        </div>
      )}
    </div>
  );
}
