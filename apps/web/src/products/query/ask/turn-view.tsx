import type { AskBody, AskResult, AskTurn } from "@mindmesh/contracts/query/ask";
import { Badge, Button, Callout, IconButton } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import CircleHelp from "lucide-react/icons/circle-question-mark";
import OctagonX from "lucide-react/icons/octagon-x";
import Trash2 from "lucide-react/icons/trash-2";
import { showError } from "../../../shell/show-error.ts";
import { askApi } from "./api.ts";
import { type Place, turnsKeyOf } from "./queries.ts";
import { SqlText } from "./sql-text.tsx";
import { TurnAnswer } from "./turn-answer.tsx";

type TurnViewProps = {
  place: Place;
  turn: AskTurn;
  /** Of an answer that was given on this visit. */
  result: AskResult | null;
  onAsk: (body: Partial<AskBody> & { question: string }) => void;
};

/** One question and what came of it. */
export function TurnView({ place, turn, result, onAsk }: TurnViewProps) {
  const queryClient = useQueryClient();
  const { outcome, question, by } = turn;
  const again = (more: Partial<AskBody> = {}) => onAsk({ question, by: by === "model" ? "auto" : "built-in", ...more });
  const forget = async () => {
    await askApi.deleteTurn({ params: { ...place, turnId: turn.id } }).catch(showError);
    await queryClient.invalidateQueries({ queryKey: turnsKeyOf(place) });
  };
  return (
    <article aria-label={question} className="overflow-hidden rounded-lg border border-line">
      <header className="flex items-start gap-2 border-b border-line bg-panel px-4 py-2.5">
        <div className="min-w-0 flex-1">
          <h2 className="text-sm font-semibold break-words">{question}</h2>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted">
            {by === "built-in" ? <Badge>Rules, no model</Badge> : <Badge tone="accent">{turn.model ?? "Model"}</Badge>}
            <span>{figures(turn)}</span>
            {turn.cachedSeconds !== null ? (
              <>
                <Badge tone="warning">answer from {age(turn.cachedSeconds)} ago</Badge>
                <button
                  type="button"
                  className="underline hover:text-ink touch:min-h-11"
                  onClick={() => again({ fresh: true })}
                >
                  Ask anew
                </button>
              </>
            ) : null}
          </p>
        </div>
        <IconButton size="sm" label="Forget this question" icon={<Trash2 />} onClick={() => void forget()} />
      </header>
      <div className="flex flex-col gap-4 px-4 py-4">
        {outcome.kind === "answer" ? (
          <TurnAnswer place={place} turn={turn} outcome={outcome} result={result} onAgain={() => again()} />
        ) : null}
        {outcome.kind === "question" ? (
          <Callout tone="info" icon={<CircleHelp aria-hidden="true" />} title={outcome.text}>
            {outcome.choices.length > 0 ? (
              <span className="mt-2 flex flex-wrap gap-2">
                {outcome.choices.map((choice) => (
                  <Button
                    key={choice}
                    size="sm"
                    onClick={() => again({ question: `${question} (${choice})`, after: turn.id })}
                  >
                    {choice}
                  </Button>
                ))}
              </span>
            ) : (
              "Ask again with the answer in it."
            )}
          </Callout>
        ) : null}
        {outcome.kind === "refusal" ? (
          <>
            <Callout tone="warning" icon={<OctagonX aria-hidden="true" />} title={outcome.reason}>
              {outcome.help}
            </Callout>
            {outcome.sql ? (
              <details>
                <summary className="cursor-pointer text-xs text-muted touch:min-h-11">
                  The statement that was tried
                </summary>
                <SqlText sql={outcome.sql} />
              </details>
            ) : null}
          </>
        ) : null}
      </div>
    </article>
  );
}

function figures({ milliseconds, costUsd, createdAt }: AskTurn): string {
  const time = new Date(createdAt).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const cost = costUsd === null || costUsd === 0 ? "" : `, $${costUsd.toFixed(4)}`;
  return `${time}, ${(milliseconds / 1000).toFixed(1)} s${cost}`;
}

function age(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
