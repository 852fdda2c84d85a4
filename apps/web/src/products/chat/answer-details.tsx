import type { Message } from "@mindmesh/contracts/chat";
import { count, dollars } from "./figures.ts";

/** Which models made an answer and why each, and what it used. */
export function AnswerDetails({ message: { model, answeredBy, usage, notice } }: { message: Message }) {
  return (
    <div className="flex max-w-80 flex-col gap-3 p-1 text-sm">
      {answeredBy.length === 0 ? (
        <p className="text-muted">{model === null ? "No model answered." : `${model} was asked.`}</p>
      ) : (
        <ol aria-label="Models" className="flex flex-col gap-2">
          {answeredBy.map((each, index) => (
            // The order is what the list says, and one model may come twice.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <p className="font-medium text-ink [overflow-wrap:anywhere]">{each.model}</p>
              <p className="text-xs text-muted [overflow-wrap:anywhere]">Why: {each.route}</p>
            </li>
          ))}
        </ol>
      )}
      {notice === null || answeredBy.length === 0 ? null : (
        <p className="text-xs text-muted [overflow-wrap:anywhere]">{notice}</p>
      )}
      {usage === null ? null : (
        <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-0.5 text-xs tabular-nums">
          <Fact name="Tokens read" value={usage.inputTokens} />
          <Fact name="of them from the cache" value={usage.cachedInputTokens || undefined} />
          <Fact name="Tokens written" value={usage.outputTokens} />
          <Fact name="of them for reasoning" value={usage.reasoningTokens || undefined} />
          <dt className="text-muted">Cost</dt>
          <dd className="text-right text-ink">{usage.costUsd === null ? "unknown" : dollars(usage.costUsd)}</dd>
        </dl>
      )}
    </div>
  );
}

/** A line of figures; none when the value is undefined, "unknown" when it is null. */
function Fact({ name, value }: { name: string; value: number | null | undefined }) {
  if (value === undefined) return null;
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="text-right text-ink">{value === null ? "unknown" : count(value)}</dd>
    </>
  );
}
