import type { AnswerCall, Message } from "@mindmesh/contracts/chat";
import { roleMay } from "@mindmesh/contracts/permissions";
import { Skeleton, Spinner } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { Fragment, lazy, Suspense, type ReactNode } from "react";
import { meQuery } from "../../identity/queries.ts";
import { ToolCallCard } from "../../tools/tool-call-card.tsx";

type AnswerWithCallsProps = {
  workspaceId: string;
  message: Message;
  /** The answer's text as far as it is there. */
  text: string;
  /** Draws a part of the text. */
  write: (part: string) => ReactNode;
};

const RunCall = lazy(async () => ({ default: (await import("./code/run-call.tsx")).RunCall }));
const runsCode = /^sandbox\.runCode/;

const codeOf = (workspaceId: string, conversationId: string, call: AnswerCall) => (
  <Suspense fallback={<Skeleton className="m-3 h-24" />}>
    <RunCall place={{ workspaceId, conversationId }} call={call} />
  </Suspense>
);

/** An answer with the tools that were called on the way, each where it was called. */
export function AnswerWithCalls({ workspaceId, message, text, write }: AnswerWithCallsProps) {
  const { data: me } = useQuery(meQuery);
  const role = me?.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const parts = partsOf(text, message.toolCalls);
  const busy = message.toolCalls.some(({ state }) => state === "running" || state === "waiting");
  const waitsForModel = message.status === "streaming" && !busy && parts.at(-1)?.before === "";
  const drawn = parts.map(({ before, calls }, index) => (
    // Parts are only added at the end.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {write(before)}
      {calls.map((call) => (
        <ToolCallCard
          key={call.position}
          workspaceId={workspaceId}
          call={call}
          mine={call.personId === me?.person.id}
          admin={roleMay(role, "tools.manage")}
          {...(runsCode.test(call.tool) ? { body: codeOf(workspaceId, message.conversationId, call) } : {})}
        />
      ))}
    </Fragment>
  ));
  return (
    <>
      {drawn}
      {waitsForModel ? (
        <p className="flex h-7 items-center gap-2 text-sm text-muted">
          <Spinner className="size-3.5" /> The model reads the result
        </p>
      ) : null}
    </>
  );
}

/** The text cut where calls stand, and the calls that stand there. The last part has none. */
function partsOf(text: string, toolCalls: readonly AnswerCall[]): { before: string; calls: AnswerCall[] }[] {
  const parts: { before: string; calls: AnswerCall[] }[] = [];
  let from = 0;
  for (const [offset, calls] of Map.groupBy(toolCalls, (call) => call.textOffset)) {
    parts.push({ before: text.slice(from, offset).trim(), calls });
    from = offset;
  }
  return [...parts, { before: text.slice(from).trimStart(), calls: [] }];
}
