import { Button, Skeleton } from "@mindmesh/ui";
import type { ConversationFilter } from "./conversation-filter.ts";

const nothingIn = {
  active: "Conversations stand here once you have written the first message.",
  archived: "The archive is empty.",
  trash: "The trash is empty. What is in it is deleted for good after 30 days.",
  shared: "Nobody has shared a conversation with this workspace yet.",
};

export function EmptyList({ filter }: { filter: ConversationFilter }) {
  const text =
    filter.folderId !== undefined
      ? "This folder is empty. Move conversations here from their menu."
      : filter.tag !== undefined
        ? "No conversation has this tag any more."
        : nothingIn[filter.view];
  return <p className="px-4 py-2 text-xs text-faint">{text}</p>;
}

export function ListFailed({ busy, onRetry }: { busy: boolean; onRetry: () => void }) {
  return (
    <div role="alert" className="px-4 py-2 text-xs text-muted">
      <p>The conversations could not be loaded.</p>
      <Button size="sm" className="mt-2" busy={busy} onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

export function ListSkeleton() {
  return (
    <div aria-busy="true" className="px-2">
      <output className="sr-only">Loading the conversations</output>
      <div className="flex h-7 items-center pl-2">
        <Skeleton className="h-2.5 w-12" />
      </div>
      {["w-3/5", "w-4/5", "w-1/2", "w-2/3", "w-3/4"].map((width) => (
        <div key={width} className="flex h-8 items-center pl-2 touch:h-11">
          <Skeleton className={`h-3 ${width}`} />
        </div>
      ))}
    </div>
  );
}
