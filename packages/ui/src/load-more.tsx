import { Button } from "./button.tsx";

type LoadMoreProps = { hasMore: boolean; busy: boolean; onLoadMore: () => void; label?: string; className?: string };

/** The end of a list that comes in pages. Draws nothing when all of it is there. */
export function LoadMore({ hasMore, busy, onLoadMore, label = "Load more", className }: LoadMoreProps) {
  if (!hasMore) return null;
  return (
    <div className={className}>
      <Button variant="ghost" size="sm" busy={busy} onClick={onLoadMore} className="w-full">
        {label}
      </Button>
    </div>
  );
}
