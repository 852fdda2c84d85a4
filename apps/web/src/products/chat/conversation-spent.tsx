import type { Message } from "@mindmesh/contracts/chat";
import { Button, Popover } from "@mindmesh/ui";
import { costInWords, count, dollars, spentOn } from "./figures.ts";

/** Tokens and cost of a whole conversation. Draws nothing before the first answer. */
export function ConversationSpent({ messages }: { messages: readonly Message[] }) {
  const spent = spentOn(messages);
  if (spent.answers === 0) return null;
  const short =
    spent.unknownCosts === spent.answers
      ? `${count(spent.inputTokens + spent.outputTokens)} tokens`
      : dollars(spent.costUsd);
  const rows = [
    ["Answers", count(spent.answers)],
    ["Tokens read", count(spent.inputTokens)],
    ["Tokens written", count(spent.outputTokens)],
    ["Cost", costInWords(spent)],
  ];
  return (
    <Popover
      label="Tokens and cost"
      align="end"
      className="w-56"
      trigger={
        <Button variant="ghost" size="sm" className="font-normal tabular-nums">
          {short}
        </Button>
      }
    >
      <dl className="space-y-1.5">
        {rows.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-muted">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 border-t border-line pt-2 text-xs text-faint">All versions of all messages together.</p>
    </Popover>
  );
}
