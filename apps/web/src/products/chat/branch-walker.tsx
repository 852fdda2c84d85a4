import { IconButton } from "@mindmesh/ui";
import ChevronLeft from "lucide-react/icons/chevron-left";
import ChevronRight from "lucide-react/icons/chevron-right";

type BranchWalkerProps = {
  messageId: string;
  /** Ids of the alternatives, oldest first. */
  alternatives: readonly string[];
  onWalk: (messageId: string) => void;
};

/** "2/3" with a way to the one before and after. Draws nothing when there is only one. */
export function BranchWalker({ messageId, alternatives, onWalk }: BranchWalkerProps) {
  if (alternatives.length < 2) return null;
  const index = alternatives.indexOf(messageId);
  const before = alternatives[index - 1];
  const after = alternatives[index + 1];
  return (
    <div role="group" aria-label="Versions" className="flex items-center text-xs text-muted">
      <IconButton
        size="sm"
        label="Version before"
        icon={<ChevronLeft />}
        disabled={!before}
        onClick={() => before && onWalk(before)}
      />
      <span className="min-w-8 text-center tabular-nums">
        {index + 1}/{alternatives.length}
      </span>
      <IconButton
        size="sm"
        label="Version after"
        icon={<ChevronRight />}
        disabled={!after}
        onClick={() => after && onWalk(after)}
      />
    </div>
  );
}
