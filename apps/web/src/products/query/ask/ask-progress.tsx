import { askSteps } from "@mindmesh/contracts/query/ask";
import { Button, classNames, Spinner } from "@mindmesh/ui";
import Check from "lucide-react/icons/check";
import type { Asking } from "./use-ask.ts";

const names = { retrieve: "Find tables", write: "Write", check: "Check", plan: "Plan", run: "Run" };

/** A question that is being answered: which step it is at, and a way to cancel it. */
export function AskProgress({ asking, onCancel }: { asking: Asking; onCancel: () => void }) {
  const last = asking.steps.at(-1);
  const at = last ? askSteps.indexOf(last.step) : -1;
  return (
    <section aria-label="Being answered" className="rounded-lg border border-line px-4 py-3">
      <p className="text-sm font-medium">{asking.question}</p>
      <ol className="mt-3 flex flex-wrap gap-x-4 gap-y-1">
        {askSteps.map((step, index) => (
          <li
            key={step}
            className={classNames("flex items-center gap-1.5 text-xs", index <= at ? "text-ink" : "text-faint")}
          >
            {index < at ? <Check aria-hidden="true" className="size-3.5 text-success-ink" /> : null}
            {index === at ? <Spinner className="size-3.5" /> : null}
            {names[step]}
          </li>
        ))}
      </ol>
      <div className="mt-2 flex items-center justify-between gap-3">
        <output className="min-w-0 truncate text-xs text-muted">{last?.text ?? "Asking"}</output>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </section>
  );
}
