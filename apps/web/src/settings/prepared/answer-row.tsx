import type { PreparedAnswer } from "@mindmesh/contracts/prepared-answers";
import { Badge, confirm, DropdownMenu, IconButton, Switch, toast } from "@mindmesh/ui";
import { useMutation } from "@tanstack/react-query";
import Ellipsis from "lucide-react/icons/ellipsis";
import Pencil from "lucide-react/icons/pencil";
import RefreshCw from "lucide-react/icons/refresh-cw";
import Trash2 from "lucide-react/icons/trash-2";
import { showError } from "../../shell/show-error.ts";
import { dollars, whole } from "../money/amounts.ts";
import { Moment } from "../parts/moment.tsx";
import { Row } from "../parts/section.tsx";
import { preparedApi } from "./api.ts";

type AnswerRowProps = {
  workspaceId: string;
  answer: PreparedAnswer;
  onEdit: () => void;
  onChanged: () => Promise<unknown>;
};

/** One question with its answer, how often it was given, and whether it is. */
export function AnswerRow({ workspaceId, answer: row, onEdit, onChanged }: AnswerRowProps) {
  const params = { workspaceId, answerId: row.id };
  const { question, system, model, answer } = row;
  const turn = useMutation({
    mutationFn: (enabled: boolean) =>
      preparedApi.changePreparedAnswer({
        params,
        body: { question, system, model, answer: answer ?? "", enabled },
      }),
    onError: showError,
    onSettled: onChanged,
  });
  const act = async (work: () => Promise<unknown>, done: string) => {
    try {
      await work();
      toast(done);
    } catch (error) {
      showError(error);
    }
    await onChanged();
  };
  const remove = async () => {
    const sure = await confirm({
      title: "Delete this answer?",
      description: "The question goes to a model again.",
      confirmLabel: "Delete answer",
      danger: true,
    });
    if (sure) await act(() => preparedApi.deletePreparedAnswer({ params }), "Answer deleted");
  };
  return (
    <Row
      title={
        <>
          <span className="line-clamp-2">{question}</span>
          {row.problem === null ? null : <Badge tone="danger">No answer</Badge>}
          {answer === null && row.problem === null ? <Badge>A model is asked</Badge> : null}
        </>
      }
      detail={
        <>
          <p className="line-clamp-2 text-sm text-ink">{row.problem ?? answer}</p>
          <p className="mt-1">
            {[model ?? "any model", system === null ? "any system prompt" : system === "" ? null : "its system prompt"]
              .filter((each) => each !== null)
              .join(", ")}{" "}
            {answer === null ? null : (
              <>
                · {row.madeBy === null ? "written by hand" : `by ${row.madeBy}`} <Moment at={row.answeredAt} /> ·{" "}
                {givenInWords(row)}
              </>
            )}
          </p>
        </>
      }
    >
      <Switch
        label={<span className="sr-only">Give the answer to {question.slice(0, 100)}</span>}
        checked={row.enabled}
        disabled={turn.isPending || answer === null}
        onCheckedChange={(enabled) => turn.mutate(enabled)}
      />
      <DropdownMenu
        align="end"
        entries={[
          { label: "Change", icon: <Pencil />, onSelect: onEdit },
          {
            label: "Ask a model again",
            icon: <RefreshCw />,
            onSelect: () => void act(() => preparedApi.askAgain({ params }), "A model is asked"),
          },
          { kind: "separator" },
          { label: "Delete", icon: <Trash2 />, danger: true, onSelect: () => void remove() },
        ]}
      >
        <IconButton size="sm" label={`What to do with ${question.slice(0, 100)}`} icon={<Ellipsis />} />
      </DropdownMenu>
    </Row>
  );
}

function givenInWords({ given, savedUsd }: PreparedAnswer) {
  if (given === 0) return "not given yet";
  const times = given === 1 ? "given once" : `given ${whole(given)} times`;
  return savedUsd === null || savedUsd === 0 ? times : `${times}, ${dollars(savedUsd)} saved`;
}
