import { complexities, type ModelTier, type RoutingRule, routingRule } from "@mindmesh/contracts/routing";
import { Checkbox, Field, IconButton, Input, Select } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import ArrowUp from "lucide-react/icons/arrow-up";
import X from "lucide-react/icons/x";
import { useState } from "react";
import { offerQuery } from "../../models/queries.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { complexityTitles, tierTitles } from "./tier-words.ts";

type RuleDialogProps = {
  workspaceId: string;
  tier: ModelTier;
  /** The one to change; null for a new one. */
  rule: RoutingRule | null;
  isSaving: boolean;
  onSave: (rule: RoutingRule) => void;
  onClose: () => void;
};

const any = "any";

/** Says when a rule holds and which models are tried then. */
export function RuleDialog({ workspaceId, tier, rule, isSaving, onSave, onClose }: RuleDialogProps) {
  const [when, setWhen] = useState(rule?.when ?? {});
  const [tokens, setTokens] = useState(String(rule?.when.longerThanTokens ?? ""));
  const [models, setModels] = useState(rule?.models ?? []);
  const [problem, setProblem] = useState<string>();
  const submit = () => {
    const { product, complexity, images, tools } = when;
    const read = routingRule.safeParse({
      tier,
      models,
      when: {
        ...(product?.trim() && { product: product.trim() }),
        ...(complexity && { complexity }),
        ...(tokens.trim() && { longerThanTokens: Number(tokens) }),
        ...(images && { images }),
        ...(tools && { tools }),
      },
    });
    if (read.success) onSave(read.data);
    else setProblem(read.error.issues[0]?.message);
  };
  return (
    <FormDialog
      title={`${rule ? "Change a" : "Add a"} rule for ${tierTitles[tier].toLowerCase()}`}
      submitLabel="Save"
      busy={isSaving}
      error={problem}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onClose={onClose}
    >
      <ChainField workspaceId={workspaceId} models={models} onChange={setModels} />
      <p className="text-xs text-muted">
        All that you fill in must hold; with nothing filled in the rule holds always.
      </p>
      <div className="grid grid-cols-2 gap-3 phone:grid-cols-1">
        <Field label="Task">
          <Select
            options={[
              { value: any, label: "Any" },
              ...complexities.map((value) => ({ value, label: complexityTitles[value] })),
            ]}
            value={when.complexity ?? any}
            onValueChange={(value) => setWhen({ ...when, complexity: complexities.find((each) => each === value) })}
          />
        </Field>
        <Field label="Product">
          <Input
            placeholder="Any"
            value={when.product ?? ""}
            onChange={(event) => setWhen({ ...when, product: event.target.value })}
          />
        </Field>
      </div>
      <Field label="Tokens of the prompt, at least" hint="Estimated by its length.">
        <Input
          type="number"
          min="1"
          inputMode="numeric"
          placeholder="Any"
          value={tokens}
          onChange={(event) => setTokens(event.target.value)}
        />
      </Field>
      <Checkbox
        label="The prompt has images"
        checked={when.images ?? false}
        onCheckedChange={(checked) => setWhen({ ...when, images: checked === true || undefined })}
      />
      <Checkbox
        label="Tools are offered to the model"
        checked={when.tools ?? false}
        onCheckedChange={(checked) => setWhen({ ...when, tools: checked === true || undefined })}
      />
    </FormDialog>
  );
}

type ChainFieldProps = { workspaceId: string; models: string[]; onChange: (models: string[]) => void };

/** Models in order; the first that can answer does. */
function ChainField({ workspaceId, models, onChange }: ChainFieldProps) {
  const { data: offer } = useQuery(offerQuery(workspaceId));
  const others = (offer?.items ?? []).filter((each) => !models.includes(each.id));
  const raise = (index: number) => {
    const moved = models.filter((_, at) => at !== index);
    moved.splice(index - 1, 0, models[index] ?? "");
    onChange(moved);
  };
  return (
    <div className="flex flex-col gap-2">
      {models.length === 0 ? null : (
        <ol aria-label="Models, in the order in which they are tried" className="flex flex-col gap-1">
          {models.map((model, index) => (
            <li key={model} className="flex items-center gap-1 text-sm">
              <span className="w-5 shrink-0 text-xs text-faint tabular-nums">{index + 1}</span>
              <span className="min-w-0 flex-1 text-ink [overflow-wrap:anywhere]">{model}</span>
              {index === 0 ? null : (
                <IconButton size="sm" label={`Try ${model} sooner`} icon={<ArrowUp />} onClick={() => raise(index)} />
              )}
              <IconButton
                size="sm"
                label={`Leave out ${model}`}
                icon={<X />}
                onClick={() => onChange(models.filter((each) => each !== model))}
              />
            </li>
          ))}
        </ol>
      )}
      <Field label={models.length === 0 ? "Model" : "Next model"} hint="Tried in this order until one answers.">
        <Select
          // A new one after each choice, so that it is empty again.
          key={models.length}
          placeholder="Choose a model"
          options={others.map(({ id, name, providerLabel }) => ({ value: id, label: name, group: providerLabel }))}
          onValueChange={(model) => onChange([...models, model])}
        />
      </Field>
    </div>
  );
}
