import type { Budget } from "@mindmesh/contracts/money";
import { Badge, Button, classNames, confirm, EmptyState, IconButton, Progress, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import Pencil from "lucide-react/icons/pencil";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import Wallet from "lucide-react/icons/wallet";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { dollars } from "./amounts.ts";
import { limitInWords, subjectInWords } from "./budget-words.ts";
import { moneyApi } from "./api.ts";
import { budgetsQuery } from "./queries.ts";
import { later } from "../../shell/later.tsx";

const BudgetDialog = later(() => import("./budget-dialog.tsx").then((part) => part.BudgetDialog));

const resets = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
const shownMeters = 5;

type BudgetsSectionProps = { workspaceId: string; mayChange: boolean };

/** The budgets that stop calls, and how much of each is spent. */
export function BudgetsSection({ workspaceId, mayChange }: BudgetsSectionProps) {
  const queryClient = useQueryClient();
  const budgets = useQuery(budgetsQuery(workspaceId));
  const [editing, setEditing] = useState<Budget | "new" | null>(null);
  const reload = () => queryClient.invalidateQueries(budgetsQuery(workspaceId));
  const remove = async (budget: Budget) => {
    const sure = await confirm({
      title: `Remove the budget of ${limitInWords(budget)} for ${subjectInWords(budget)}?`,
      description: "Calls are no longer stopped by it, and what it has counted is forgotten. Usage stays.",
      confirmLabel: "Remove budget",
      danger: true,
    });
    if (!sure) return;
    try {
      await moneyApi.deleteBudget({ params: { workspaceId, budgetId: budget.id } });
      toast("Budget removed");
    } catch (error) {
      showError(error);
    }
    await reload();
  };
  const add = mayChange ? (
    <Button variant="primary" icon={<Plus />} onClick={() => setEditing("new")}>
      Add a budget
    </Button>
  ) : null;
  return (
    <Section
      title="Budgets"
      description="A call that could go beyond one of them is refused before it is made. Days and months are those of UTC. Local models cost nothing."
      action={budgets.data?.length ? add : null}
    >
      <Loaded query={budgets}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState
              icon={<Wallet aria-hidden="true" />}
              title="No budgets"
              description={
                mayChange
                  ? "Set how much may be spent in a day or a month: by the workspace, by each person, by a product or by an API key."
                  : "Nothing limits what your calls cost. An owner or admin can set a budget."
              }
              action={add}
            />
          ) : (
            <ul aria-label="Budgets" className="flex flex-col divide-y divide-line border-t border-line">
              {items.map((budget) => (
                <li key={budget.id} className="flex items-start gap-3 py-3">
                  <div className="min-w-0 flex-1">
                    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium text-ink">
                      {subjectInWords(budget)}: {limitInWords(budget)}
                      {budget.includesOwnKeys ? <Badge>own keys too</Badge> : null}
                      {budget.unknownPrices === "allow" ? <Badge tone="warning">unknown prices pass</Badge> : null}
                    </div>
                    <p className="text-xs text-muted">
                      Warns at {budget.warnPercent} %. Begins anew on {resets.format(new Date(budget.resetsAt))}, 00:00
                      UTC.
                    </p>
                    <Meters budget={budget} />
                  </div>
                  {mayChange ? (
                    <div className="flex shrink-0 items-center gap-1">
                      <IconButton
                        size="sm"
                        label={`Change the budget for ${subjectInWords(budget)}`}
                        icon={<Pencil />}
                        onClick={() => setEditing(budget)}
                      />
                      <IconButton
                        size="sm"
                        variant="danger-quiet"
                        label={`Remove the budget for ${subjectInWords(budget)}`}
                        icon={<Trash2 />}
                        onClick={() => void remove(budget)}
                      />
                    </div>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {editing === null ? null : (
        <BudgetDialog
          workspaceId={workspaceId}
          budget={editing === "new" ? null : editing}
          onSaved={reload}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}

function Meters({ budget }: { budget: Budget }) {
  const { meters, limitUsd, warnPercent } = budget;
  if (meters.length === 0) return <p className="mt-1 text-xs text-muted">Nothing spent yet.</p>;
  return (
    <ul className="mt-2 flex flex-col gap-2">
      {meters.slice(0, shownMeters).map(({ subject, name, spentUsd, reservedUsd }) => {
        const part = limitUsd === 0 ? 1 : spentUsd / limitUsd;
        const whose =
          budget.subject === null && budget.kind !== "workspace" ? `${name ?? "Somebody who has left"}: ` : "";
        return (
          <li key={subject} className="max-w-md">
            <p
              className={classNames(
                "mb-1 text-xs tabular-nums",
                part * 100 >= warnPercent ? "font-medium text-danger-ink" : "text-muted",
              )}
            >
              {whose}
              {dollars(spentUsd)} spent ({Math.floor(part * 100)} %)
              {reservedUsd > 0 ? `, ${dollars(reservedUsd)} reserved by running calls` : ""}
            </p>
            <Progress label={`${whose}part of the budget that is spent`} value={part} />
          </li>
        );
      })}
      {meters.length > shownMeters ? (
        <li className="text-xs text-muted">and {meters.length - shownMeters} more who have spent less</li>
      ) : null}
    </ul>
  );
}
