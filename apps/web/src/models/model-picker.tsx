import { Button, Popover } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import ChevronDown from "lucide-react/icons/chevron-down";
import { lazy, Suspense, useState } from "react";
import { offerQuery } from "./queries.ts";

const ModelList = lazy(async () => ({ default: (await import("./model-list.tsx")).ModelList }));

type ModelPickerProps = {
  workspaceId: string;
  /** The one that was chosen here; null takes the usual one. */
  model: string | null;
  onChoose: (model: string) => void;
  disabled?: boolean;
};

/** A button that says which model answers, and lets another be chosen. */
export function ModelPicker({ workspaceId, model, onChoose, disabled = false }: ModelPickerProps) {
  const { data: offer } = useQuery(offerQuery(workspaceId));
  const [open, setOpen] = useState(false);
  const id = model ?? offer?.defaultModel ?? null;
  const known = offer?.items.find((each) => each.id === id);
  // A tier's name has no provider before it.
  const plain = id === null ? "No model" : id.slice(id.indexOf("/") + 1);
  const name = known?.name ?? (id?.includes("/") ? plain : plain.replace(/^./, (letter) => letter.toUpperCase()));
  return (
    <Popover
      label="Choose a model"
      open={open}
      onOpenChange={setOpen}
      side="top"
      className="!w-96 !p-0"
      trigger={
        <Button variant="ghost" size="sm" disabled={disabled} className="min-w-0 !shrink font-normal" title={id ?? ""}>
          <span className="sr-only">Model: </span>
          <span className="max-w-44 truncate">{offer || id ? name : "Model"}</span>
          <ChevronDown aria-hidden="true" className="size-3.5 text-faint" />
        </Button>
      }
    >
      <Suspense>
        <ModelList
          workspaceId={workspaceId}
          chosen={id}
          onChoose={(next) => {
            setOpen(false);
            onChoose(next);
          }}
        />
      </Suspense>
    </Popover>
  );
}
