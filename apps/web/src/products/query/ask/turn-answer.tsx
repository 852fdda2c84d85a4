import type { AskOutcome, AskResult, AskTurn, StatementWarning } from "@mindmesh/contracts/query/ask";
import { Badge, Button, Callout, IconButton } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import Gauge from "lucide-react/icons/gauge";
import Pencil from "lucide-react/icons/pencil";
import ThumbsDown from "lucide-react/icons/thumbs-down";
import ThumbsUp from "lucide-react/icons/thumbs-up";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { lazy, Suspense, useState } from "react";
import { ListSkeleton } from "../../../settings/parts/loaded.tsx";
import { newId } from "../../../shell/new-id.ts";
import { showError } from "../../../shell/show-error.ts";
import { tabsApi } from "../workbench/api.ts";
import { tabsQuery } from "../workbench/queries.ts";
import { WordsView } from "../explain/words-view.tsx";
import { askApi } from "./api.ts";
import { CorrectForm } from "./correct-form.tsx";
import { type Place, turnsKeyOf } from "./queries.ts";
import { ResultPreview } from "./result-preview.tsx";
import { SqlText } from "./sql-text.tsx";

const ExplanationView = lazy(() =>
  import("../explain/explanation-view.tsx").then((module) => ({ default: module.ExplanationView })),
);
const FindingsView = lazy(() =>
  import("../optimise/findings-view.tsx").then((module) => ({ default: module.FindingsView })),
);

type TurnAnswerProps = {
  place: Place;
  turn: AskTurn;
  outcome: Extract<AskOutcome, { kind: "answer" }>;
  result: AskResult | null;
  onAgain: () => void;
};

const warningTitles: Record<StatementWarning["kind"], string> = {
  "lost rows": "Rows may be missing",
  "multiplied rows": "Rows may be counted several times",
  "ambiguous key": "Another key could be meant",
  "empty values": "Empty values drop out",
  data: "Look at the result",
};

/** An answer: its rows, its warnings, its statement with what it does, and whether it was right. */
export function TurnAnswer({ place, turn, outcome, result, onAgain }: TurnAnswerProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"plan" | "findings" | "correct" | null>(null);
  const { sql, words, tables, assumptions, warnings, repairs } = outcome;
  const rate = async (thumb: "up" | "down") => {
    const body = { thumb: turn.thumb === thumb ? null : thumb };
    await askApi.rateTurn({ params: { ...place, turnId: turn.id }, body }).catch(showError);
    await queryClient.invalidateQueries({ queryKey: turnsKeyOf(place) });
  };
  const edit = async () => {
    const id = newId();
    const tab = await tabsApi
      .createTab({ params: { ...place }, body: { id, title: turn.question.slice(0, 100), text: sql } })
      .catch(showError);
    if (!tab) return;
    await queryClient.invalidateQueries(tabsQuery(place));
    await navigate({
      to: "/w/$workspaceId/query/c/$connectionId/$section",
      params: { ...place, section: "sql" },
      search: { tab: tab.id },
    });
  };
  const toggle = (panel: typeof open) => setOpen((known) => (known === panel ? null : panel));
  return (
    <>
      {result ? (
        <ResultPreview result={result} />
      ) : (
        <p className="text-sm text-muted">
          Rows are not kept.{" "}
          <button type="button" className="font-medium text-accent-ink underline touch:min-h-11" onClick={onAgain}>
            Ask again
          </button>{" "}
          to see them.
        </p>
      )}
      {warnings.length > 0 ? (
        <ul className="flex flex-col gap-2">
          {warnings.map(({ kind, message }) => (
            <li key={message}>
              <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />} title={warningTitles[kind]}>
                {message}
              </Callout>
            </li>
          ))}
        </ul>
      ) : null}
      {assumptions.length > 0 ? (
        <div>
          <h3 className="text-xs font-medium text-faint">Taken for granted</h3>
          <ul className="mt-1 list-disc pl-5 text-sm text-muted">
            {assumptions.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <div>
        <div className="flex flex-wrap items-center gap-1.5">
          <h3 className="text-xs font-medium text-faint">Statement</h3>
          {tables.map(({ schema, name }) => (
            <Badge key={`${schema}.${name}`}>{name}</Badge>
          ))}
          {repairs > 0 ? <Badge tone="warning">mended {repairs === 1 ? "once" : "twice"}</Badge> : null}
        </div>
        <SqlText sql={sql} />
        {words ? <p className="mt-2 text-sm text-muted">{words.summary}</p> : null}
      </div>
      {words ? (
        <details>
          <summary className="cursor-pointer text-xs font-medium text-muted touch:min-h-11">
            What it does, step by step
          </summary>
          <WordsView words={words} />
        </details>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button size="sm" icon={<Pencil aria-hidden="true" />} onClick={() => void edit()}>
          Open in editor
        </Button>
        <Button size="sm" aria-expanded={open === "plan"} onClick={() => toggle("plan")}>
          Plan
        </Button>
        <Button
          size="sm"
          icon={<Gauge aria-hidden="true" />}
          aria-expanded={open === "findings"}
          onClick={() => toggle("findings")}
        >
          Make it faster
        </Button>
        <span className="flex-1" />
        <IconButton
          size="sm"
          label="This is right: learn from it"
          icon={<ThumbsUp />}
          aria-pressed={turn.thumb === "up"}
          variant={turn.thumb === "up" ? "primary" : "ghost"}
          onClick={() => void rate("up")}
        />
        <IconButton
          size="sm"
          label="This is wrong"
          icon={<ThumbsDown />}
          aria-pressed={turn.thumb === "down"}
          variant={turn.thumb === "down" ? "danger" : "ghost"}
          onClick={() => void rate("down")}
        />
        <Button size="sm" variant="ghost" aria-expanded={open === "correct"} onClick={() => toggle("correct")}>
          Put it right
        </Button>
      </div>
      {open === "correct" ? <CorrectForm place={place} turn={turn} sql={sql} onDone={() => setOpen(null)} /> : null}
      {open === "plan" || open === "findings" ? (
        <Suspense fallback={<ListSkeleton rows={3} />}>
          {open === "plan" ? (
            <ExplanationView place={place} sql={sql} withWords={false} />
          ) : (
            <FindingsView place={place} sql={sql} />
          )}
        </Suspense>
      ) : null}
    </>
  );
}
