import { roleMay } from "@mindmesh/contracts/permissions";
import { classNames, EmptyState, ErrorState, LoadMore, SearchInput, Skeleton, Switch } from "@mindmesh/ui";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import History from "lucide-react/icons/history";
import { useState } from "react";
import { meQuery } from "../../../../identity/queries.ts";
import { historyQuery, type Place } from "../queries.ts";
import { duration, rowsWords, stateWords } from "../run-figures.ts";
import type { TabContent } from "../side-panel.tsx";
import { useSettled } from "../use-settled.ts";

const tones: Record<string, string> = {
  done: "text-success-ink",
  previewed: "text-accent-ink",
  running: "text-accent-ink",
  cancelled: "text-muted",
};

/** What was run here, newest first, with search; pressing one opens it in a new tab. */
export function HistoryPanel({ place, onOpen }: { place: Place; onOpen: (content: TabContent) => void }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const role = me.workspaces.find(({ id }) => id === place.workspaceId)?.role ?? "viewer";
  const [find, setFind] = useState("");
  const [everybody, setEverybody] = useState(false);
  const settled = useSettled(find.trim());
  const history = useInfiniteQuery(historyQuery(place, { find: settled, everybody }));
  const items = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="flex shrink-0 flex-col gap-2 border-b border-line p-2">
        <SearchInput label="Search the history" value={find} onValueChange={setFind} busy={history.isFetching} />
        {roleMay(role, "query.manage") ? (
          <Switch label="Of everybody" checked={everybody} onCheckedChange={setEverybody} />
        ) : null}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {history.isError ? (
          <ErrorState description={history.error.message} onRetry={() => void history.refetch()} />
        ) : history.isPending ? (
          <div className="flex flex-col gap-3 p-3">
            <Skeleton className="h-10" />
            <Skeleton className="h-10" />
            <Skeleton className="h-10" />
          </div>
        ) : items.length === 0 ? (
          <EmptyState
            icon={<History aria-hidden="true" />}
            title={settled === "" ? "Nothing was run yet" : "Nothing found"}
            description={
              settled === ""
                ? "Statements that you run here stand in this list."
                : "No statement holds all of these words."
            }
          />
        ) : (
          <ul aria-label="History">
            {items.map((item) => (
              <li key={item.id}>
                <button
                  type="button"
                  onClick={() => onOpen({ text: item.sql, parameters: item.parameters })}
                  className="flex w-full flex-col gap-0.5 border-b border-line px-3 py-2 text-left -outline-offset-2 transition-colors hover:bg-hover"
                >
                  <span className="line-clamp-3 font-mono text-xs break-words text-ink">{item.sql}</span>
                  <span className="flex flex-wrap gap-x-2 text-2xs text-muted">
                    <span className={classNames("font-medium", tones[item.state] ?? "text-danger-ink")}>
                      {stateWords[item.state]}
                    </span>
                    {item.state === "done" ? <span>{rowsWords(item.affectedRows ?? item.rows)}</span> : null}
                    {item.milliseconds === null ? null : <span>{duration(item.milliseconds)}</span>}
                    {item.origin === "person" ? null : <span>by a {item.origin}</span>}
                    {everybody ? <span>{item.personName ?? "somebody who left"}</span> : null}
                    <time dateTime={item.createdAt}>{new Date(item.createdAt).toLocaleString()}</time>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <LoadMore
          hasMore={history.hasNextPage}
          busy={history.isFetchingNextPage}
          onLoadMore={() => void history.fetchNextPage()}
          className="p-2"
        />
      </div>
    </>
  );
}
