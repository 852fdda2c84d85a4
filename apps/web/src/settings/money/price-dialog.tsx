import { zodResolver } from "@hookform/resolvers/zod";
import { type ModelPriceSet, priceBody } from "@mindmesh/contracts/money";
import { Field, Input } from "@mindmesh/ui";
import { useForm } from "react-hook-form";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { daysAgo } from "./amounts.ts";
import { moneyApi } from "./api.ts";

type PriceDialogProps = {
  workspaceId: string;
  /** The one to correct; null for a new one. */
  price: ModelPriceSet | null;
  onSaved: () => Promise<unknown>;
  onClose: () => void;
};

const number = {
  setValueAs: (value: string | number | null) => (value === "" || value === null ? null : Number(value)),
};

/** Sets what models cost from a day on. */
export function PriceDialog({ workspaceId, price, onSaved, onClose }: PriceDialogProps) {
  const form = useForm({
    resolver: zodResolver(priceBody),
    defaultValues: price ?? { pattern: "", from: daysAgo(0), cachedInputPerMillion: null },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async (body) => {
    if (price) await moneyApi.changePrice({ params: { workspaceId, priceId: price.id }, body });
    else await moneyApi.addPrice({ params: { workspaceId }, body });
    await onSaved();
    onClose();
  });
  const field = (
    name: "inputPerMillion" | "cachedInputPerMillion" | "outputPerMillion",
    label: string,
    hint?: string,
  ) => (
    <Field label={label} error={errors[name]?.message} hint={hint}>
      <Input {...form.register(name, number)} type="number" min="0" step="any" inputMode="decimal" />
    </Field>
  );
  return (
    <FormDialog
      title={price ? "Correct a price" : "Set a price"}
      submitLabel="Save"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label="Models"
        error={errors.pattern?.message}
        hint="provider/model; * stands for anything, as in openai/gpt-5*."
      >
        <Input {...form.register("pattern")} autoComplete="off" spellCheck={false} autoFocus />
      </Field>
      <Field label="From (UTC)" error={errors.from?.message}>
        <Input {...form.register("from")} type="date" />
      </Field>
      {field("inputPerMillion", "Input, dollars per million tokens")}
      {field("cachedInputPerMillion", "Cached input", "Empty: as other input.")}
      {field("outputPerMillion", "Output, dollars per million tokens")}
    </FormDialog>
  );
}
