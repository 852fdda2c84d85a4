import { ClientError } from "@mindmesh/client";
import type { InferredKey } from "@mindmesh/contracts/query/catalog";
import { Badge, Button, IconButton, toast } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import ArrowRight from "lucide-react/icons/arrow-right";
import Check from "lucide-react/icons/check";
import X from "lucide-react/icons/x";
import { schemaApi } from "../api.ts";
import { connectionKeyOf } from "../queries.ts";
import { TableLink } from "./table-link.tsx";

type InferredKeysProps = {
  workspaceId: string;
  connectionId: string;
  keys: readonly InferredKey[];
  mayDecide: boolean;
};

/** Keys that nobody declared, each with its evidence; who may, confirms or rejects them. */
export function InferredKeys({ workspaceId, connectionId, keys, mayDecide }: InferredKeysProps) {
  const queryClient = useQueryClient();
  const decide = useMutation({
    mutationFn: ({ key, decision }: Pick<InferredKey, "key" | "decision">) =>
      schemaApi.decideInferredKey({ params: { workspaceId, connectionId, key }, body: { decision } }),
    onError: (error) => {
      if (!(error instanceof ClientError)) throw error;
      toast(error.message, { tone: "danger" });
    },
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: [...connectionKeyOf(workspaceId, connectionId), "schema"] }),
  });
  const current = (each: InferredKey) =>
    decide.isPending && decide.variables.key === each.key ? decide.variables.decision : each.decision;
  return (
    <ul className="flex flex-col divide-y divide-line border-t border-line">
      {keys.map((each) => (
        <li key={each.key} className="flex items-start gap-3 py-2.5">
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-ink">
              <span className="[overflow-wrap:anywhere]">
                <TableLink table={each.from} />.<span className="font-medium">{each.columns.join(", ")}</span>
              </span>
              <ArrowRight aria-label="refers to" className="size-3.5 shrink-0 text-faint" />
              <span className="[overflow-wrap:anywhere]">
                <TableLink table={each.to} />.<span className="font-medium">{each.toColumns.join(", ")}</span>
              </span>
              <DecisionBadge decision={current(each)} confidence={each.confidence} />
            </p>
            <p className="mt-0.5 text-xs text-muted">{each.evidence.join(" ")}</p>
          </div>
          {mayDecide ? (
            <Decision
              name={each.columns.join(", ")}
              decision={current(each)}
              onDecide={(decision) => decide.mutate({ key: each.key, decision })}
            />
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function DecisionBadge({ decision, confidence }: Pick<InferredKey, "decision" | "confidence">) {
  if (decision === "confirmed") return <Badge tone="success">confirmed</Badge>;
  if (decision === "rejected") return <Badge>rejected</Badge>;
  return <Badge tone={confidence >= 0.8 ? "accent" : "neutral"}>{Math.round(confidence * 100)} % likely</Badge>;
}

type DecisionProps = {
  name: string;
  decision: InferredKey["decision"];
  onDecide: (decision: InferredKey["decision"]) => void;
};

function Decision({ name, decision, onDecide }: DecisionProps) {
  if (decision !== "open") {
    return (
      <Button size="sm" variant="ghost" onClick={() => onDecide("open")}>
        Undo
      </Button>
    );
  }
  return (
    <div className="flex shrink-0 gap-1">
      <IconButton
        size="sm"
        label={`Confirm the key of ${name}`}
        icon={<Check />}
        onClick={() => onDecide("confirmed")}
      />
      <IconButton size="sm" label={`Reject the key of ${name}`} icon={<X />} onClick={() => onDecide("rejected")} />
    </div>
  );
}
