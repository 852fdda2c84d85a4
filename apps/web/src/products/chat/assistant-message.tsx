import type { Message } from "@mindmesh/contracts/chat";
import { Button, Callout, CopyButton, IconButton, Popover, Spinner, useLoaded } from "@mindmesh/ui";
import CircleAlert from "lucide-react/icons/circle-alert";
import CirclePause from "lucide-react/icons/circle-pause";
import Info from "lucide-react/icons/info";
import Replace from "lucide-react/icons/replace";
import RotateCcw from "lucide-react/icons/rotate-ccw";
import { lazy, memo, Suspense, useMemo, useState } from "react";
import { NoModel } from "../../models/no-model.tsx";
import { BranchWalker } from "./branch-walker.tsx";
import { count, dollars, shortModel } from "./figures.ts";
import { reportDrawn, textOf, useAnswer } from "./live-answers.ts";
import { loadMarkdown } from "./load-markdown.ts";
import { CodePlace } from "./markdown/code-place.ts";
import { Reasoning } from "./reasoning.tsx";

const Markdown = lazy(async () => ({ default: (await loadMarkdown()).Markdown }));

const AnswerWithCalls = lazy(async () => ({ default: (await import("./answer-with-calls.tsx")).AnswerWithCalls }));

export interface AnswerActions {
  walk: (messageId: string) => void;
  retry: (messageId: string) => void;
  /** Lets the person choose which one. */
  retryWithAnother: (messageId: string, model: string | null) => void;
  goOn: (messageId: string) => void;
}

type AssistantMessageProps = {
  workspaceId: string;
  message: Message;
  alternatives: readonly string[];
  /** The end of the branch that is shown. */
  last: boolean;
  /** Null where nothing may be changed. */
  actions: AnswerActions | null;
};

export const AssistantMessage = memo(function AssistantMessage(props: AssistantMessageProps) {
  const { workspaceId, message, alternatives, last, actions } = props;
  const { text, reasoning } = useAnswer(message);
  const streaming = message.status === "streaming";
  const { id: messageId, conversationId } = message;
  const place = useMemo(() => ({ workspaceId, conversationId, messageId }), [workspaceId, conversationId, messageId]);
  const written = (part: string) =>
    part === "" ? null : (
      <Suspense fallback={<div className="whitespace-pre-wrap break-words text-md leading-[1.65]">{part}</div>}>
        <Markdown text={part} {...(streaming ? { onDrawn: reportDrawn } : {})} />
      </Suspense>
    );
  return (
    <article aria-label="Answer" aria-busy={streaming} className="group/message">
      {reasoning === "" ? null : (
        <Reasoning text={reasoning} thinking={streaming && text === ""} since={message.createdAt} />
      )}
      <CodePlace value={place}>
        {message.toolCalls.length > 0 ? (
          <Suspense>
            <AnswerWithCalls workspaceId={workspaceId} message={message} text={text} write={written} />
          </Suspense>
        ) : (
          written(text)
        )}
      </CodePlace>
      {streaming && text === "" && reasoning === "" && message.toolCalls.length === 0 ? (
        <p className="flex h-7 items-center gap-2 text-sm text-muted">
          <Spinner className="size-3.5" /> Waiting for the model
        </p>
      ) : null}
      {message.notice === null ? null : (
        <p className="mt-3 flex gap-1.5 text-xs text-muted">
          <Info aria-hidden="true" className="mt-px size-3.5 shrink-0" />
          {message.notice}
        </p>
      )}
      <AnswerEnd workspaceId={workspaceId} message={message} actions={actions} />
      {streaming ? (
        <div className="h-9" />
      ) : (
        <div
          className={
            last
              ? "mt-1 flex min-h-8 flex-wrap items-center gap-0.5"
              : "mt-1 flex min-h-8 flex-wrap items-center gap-0.5 transition-opacity md:opacity-0 md:group-focus-within/message:opacity-100 md:group-hover/message:opacity-100"
          }
        >
          <div className="-ml-1.5 flex items-center gap-0.5">
            {text === "" ? null : <CopyButton text={() => textOf(message).text} label="Copy the answer" />}
            {actions ? (
              <>
                <IconButton
                  size="sm"
                  label="Answer again"
                  icon={<RotateCcw />}
                  onClick={() => actions.retry(message.id)}
                />
                <IconButton
                  size="sm"
                  label="Answer with another model"
                  icon={<Replace />}
                  onClick={() => actions.retryWithAnother(message.id, message.model)}
                />
              </>
            ) : null}
          </div>
          {actions ? <BranchWalker messageId={message.id} alternatives={alternatives} onWalk={actions.walk} /> : null}
          <AnswerFigures message={message} />
        </div>
      )}
    </article>
  );
});

const loadDetails = () => import("./answer-details.tsx");

/** Which model it was, and what it used; more in a small window. */
function AnswerFigures({ message }: { message: Message }) {
  const { model, answeredBy, usage } = message;
  const [open, setOpen] = useState(false);
  const details = useLoaded(loadDetails, open);
  const by = answeredBy.at(-1)?.model ?? model;
  const parts = [
    by === null ? null : shortModel(by),
    usage?.outputTokens == null ? null : `${count((usage.inputTokens ?? 0) + usage.outputTokens)} tokens`,
    usage === null ? null : usage.costUsd === null ? "cost unknown" : dollars(usage.costUsd),
  ].filter((part) => part !== null);
  return (
    <Popover
      label="How this answer was made"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          className="rounded-sm px-1.5 text-xs tabular-nums text-faint hover:text-muted touch:min-h-11"
        >
          {parts.join(" · ")}
        </button>
      }
    >
      {details ? <details.AnswerDetails message={message} /> : null}
    </Popover>
  );
}

type AnswerEndProps = { workspaceId: string; message: Message; actions: AnswerActions | null };

/** How an answer that did not simply end came to its end, and what can be done. */
function AnswerEnd({ workspaceId, message, actions }: AnswerEndProps) {
  const { id, status, error, model } = message;
  if (status === "complete" || status === "streaming") return null;
  const goOn = actions ? (
    <Button size="sm" onClick={() => actions.goOn(id)}>
      Continue
    </Button>
  ) : null;
  if (status === "stopped") {
    return (
      <Callout className="mt-3" icon={<CirclePause aria-hidden="true" />} action={goOn}>
        Stopped.
      </Callout>
    );
  }
  if (status === "interrupted") {
    return (
      <Callout
        tone="warning"
        className="mt-3"
        icon={<CirclePause aria-hidden="true" />}
        title="Interrupted"
        action={goOn}
      >
        {error}
      </Callout>
    );
  }
  return (
    <Callout
      tone="danger"
      className="mt-1"
      icon={<CircleAlert aria-hidden="true" />}
      title={model === null ? "No model is configured" : "No answer came"}
      action={
        actions ? (
          <Button size="sm" onClick={() => actions.retry(id)}>
            Try again
          </Button>
        ) : null
      }
    >
      {model === null ? <NoModel workspaceId={workspaceId} /> : error}
    </Callout>
  );
}
