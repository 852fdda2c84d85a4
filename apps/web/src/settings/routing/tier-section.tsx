import { complexities, type ModelTier, type Routing, type RoutingRule } from "@mindmesh/contracts/routing";
import { Button, confirm, IconButton } from "@mindmesh/ui";
import ArrowUp from "lucide-react/icons/arrow-up";
import Pencil from "lucide-react/icons/pencil";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { Section } from "../parts/section.tsx";
import { ModelChain } from "./model-chain.tsx";
import { complexityTitles, conditionInWords, tierDescriptions, tierTitles } from "./tier-words.ts";
import { later } from "../../shell/later.tsx";

const RuleDialog = later(() => import("./rule-dialog.tsx").then((part) => part.RuleDialog));

type TierSectionProps = {
  workspaceId: string;
  tier: ModelTier;
  routing: Routing;
  mayChange: boolean;
  isSaving: boolean;
  /** Resolves to whether it was saved. */
  onSave: (rules: RoutingRule[]) => Promise<boolean>;
};

/** One tier: its rules in the order in which they are asked, and what it does without them. */
export function TierSection({ workspaceId, tier, routing, mayChange, isSaving, onSave }: TierSectionProps) {
  const [editing, setEditing] = useState<number | "new" | null>(null);
  const { rules } = routing;
  const own = rules.flatMap((rule, index) => (rule.tier === tier ? [{ rule, index }] : []));
  const title = tierTitles[tier];
  const save = async (rule: RoutingRule) => {
    const changed = editing === "new" ? [...rules, rule] : rules.with(Number(editing), rule);
    if (await onSave(changed)) setEditing(null);
  };
  const remove = async (index: number) => {
    const sure = await confirm({
      title: `Remove this rule of ${title.toLowerCase()}?`,
      description: "Calls that it decided for go where the next rule says, or where the tier goes by itself.",
      confirmLabel: "Remove rule",
      danger: true,
    });
    if (sure) await onSave(rules.filter((_, at) => at !== index));
  };
  const raise = (index: number, before: number) => {
    const moved = rules.filter((_, at) => at !== index);
    const rule = rules[index];
    if (rule) moved.splice(before, 0, rule);
    return onSave(moved);
  };
  return (
    <Section
      title={title}
      description={tierDescriptions[tier]}
      action={
        mayChange ? (
          <Button
            size="sm"
            icon={<Plus />}
            aria-label={`Add a rule for ${title.toLowerCase()}`}
            onClick={() => setEditing("new")}
          >
            Add a rule
          </Button>
        ) : null
      }
    >
      {own.length === 0 ? null : (
        <ol
          aria-label={`Rules of ${title.toLowerCase()}`}
          className="mb-4 flex flex-col divide-y divide-line border-y border-line"
        >
          {own.map(({ rule, index }, place) => {
            const before = own[place - 1]?.index;
            const words = conditionInWords(rule.when);
            return (
              <li key={index} className="flex items-start gap-3 py-3">
                <div className="flex min-w-0 flex-1 flex-col gap-2">
                  <p className="text-sm font-medium text-ink">{words}</p>
                  <ModelChain label={`Models: ${words}`} models={routing.resolved[index] ?? []} />
                </div>
                {mayChange ? (
                  <div className="flex shrink-0 items-center gap-1">
                    {before === undefined ? null : (
                      <IconButton
                        size="sm"
                        label={`Ask this rule sooner: ${words}`}
                        icon={<ArrowUp />}
                        onClick={() => void raise(index, before)}
                      />
                    )}
                    <IconButton
                      size="sm"
                      label={`Change the rule: ${words}`}
                      icon={<Pencil />}
                      onClick={() => setEditing(index)}
                    />
                    <IconButton
                      size="sm"
                      variant="danger-quiet"
                      label={`Remove the rule: ${words}`}
                      icon={<Trash2 />}
                      onClick={() => void remove(index)}
                    />
                  </div>
                ) : null}
              </li>
            );
          })}
        </ol>
      )}
      <h3 className="mb-2 text-sm font-medium text-muted">{own.length === 0 ? "By itself" : "Where no rule holds"}</h3>
      <div className="grid grid-cols-3 gap-4 phone:grid-cols-1">
        {complexities.map((complexity) => (
          <div key={complexity} className="min-w-0">
            <h4 className="mb-1 text-xs text-muted">{complexityTitles[complexity]}</h4>
            <ModelChain
              label={`${title}, ${complexityTitles[complexity].toLowerCase()}`}
              models={
                routing.automatic.find((each) => each.tier === tier && each.complexity === complexity)?.models ?? []
              }
            />
          </div>
        ))}
      </div>
      {editing === null ? null : (
        <RuleDialog
          workspaceId={workspaceId}
          tier={tier}
          rule={editing === "new" ? null : (rules[editing] ?? null)}
          isSaving={isSaving}
          onSave={(rule) => void save(rule)}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}
