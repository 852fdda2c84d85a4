import { Callout, CopyButton } from "@mindmesh/ui";
import TriangleAlert from "lucide-react/icons/triangle-alert";

/** A secret or a link that the server tells only now, ready to be copied. */
export function ShownOnce({ label, text, note }: { label: string; text: string; note: string }) {
  return (
    <div className="flex flex-col gap-3">
      <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />}>
        {note}
      </Callout>
      <div className="flex items-center gap-2 rounded-sm bg-sunken py-1 pl-3 pr-1">
        <code aria-label={label} className="min-w-0 flex-1 select-all break-all py-1 font-mono text-xs text-ink">
          {text}
        </code>
        <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </div>
  );
}
