import type { SavedQuery } from "@mindmesh/contracts/query/saved-queries";
import { Badge, confirm, DropdownMenu, EmptyState, IconButton, SearchInput } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import Ellipsis from "lucide-react/icons/ellipsis";
import Library from "lucide-react/icons/library";
import { useState } from "react";
import { Loaded } from "../../../../settings/parts/loaded.tsx";
import { showError } from "../../../../shell/show-error.ts";
import { savedQueriesApi } from "../api.ts";
import { savedKeyOf } from "../keys.ts";
import { savedQueriesQuery, type Place } from "../queries.ts";
import type { TabContent } from "../side-panel.tsx";
import { useSettled } from "../use-settled.ts";
import { VersionsDialog } from "./versions-dialog.tsx";

/** Saved queries by folder, with search; pressing one opens it in a new tab. */
export function SavedPanel({ place, onOpen }: { place: Place; onOpen: (content: TabContent) => void }) {
  const queryClient = useQueryClient();
  const [find, setFind] = useState("");
  const settled = useSettled(find.trim());
  const saved = useQuery(savedQueriesQuery(place, settled));
  const [looking, setLooking] = useState<SavedQuery | null>(null);
  const { workspaceId } = place;
  const remove = async (query: SavedQuery) => {
    const isSure = await confirm({
      title: `Delete ${query.name}?`,
      description: "Its versions go with it. This cannot be undone.",
      confirmLabel: "Delete",
      danger: true,
    });
    if (!isSure) return;
    try {
      await savedQueriesApi.deleteSavedQuery({ params: { workspaceId, savedQueryId: query.id } });
    } catch (error) {
      showError(error);
    }
    void queryClient.invalidateQueries({ queryKey: savedKeyOf(workspaceId) });
  };
  const open = ({ id, name, sql, parameters }: SavedQuery) =>
    onOpen({ title: name.slice(0, 100), text: sql, parameters, savedQueryId: id });
  return (
    <>
      <div className="shrink-0 border-b border-line p-2">
        <SearchInput label="Search saved queries" value={find} onValueChange={setFind} busy={saved.isFetching} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Loaded query={saved}>
          {(items) =>
            items.length === 0 ? (
              <EmptyState
                icon={<Library aria-hidden="true" />}
                title={settled === "" ? "Nothing saved yet" : "Nothing found"}
                description={
                  settled === ""
                    ? "Save the text of a tab to find it here, alone or with others."
                    : "No saved query holds all of these words."
                }
              />
            ) : (
              [...new Set(items.map(({ folder }) => folder))].toSorted().map((folder) => (
                <section key={folder} aria-label={folder === "" ? "No folder" : folder}>
                  {folder === "" ? null : <h3 className="px-3 pb-1 pt-3 text-2xs font-medium text-faint">{folder}</h3>}
                  <ul>
                    {items
                      .filter((query) => query.folder === folder)
                      .map((query) => (
                        <li key={query.id} className="flex items-start border-b border-line">
                          <button
                            type="button"
                            onClick={() => open(query)}
                            className="flex min-w-0 flex-1 flex-col gap-0.5 px-3 py-2 text-left -outline-offset-2 transition-colors hover:bg-hover"
                          >
                            <span className="flex max-w-full items-center gap-1.5">
                              <span className="truncate text-sm font-medium text-ink">{query.name}</span>
                              {query.shared ? <Badge tone="accent">shared</Badge> : null}
                            </span>
                            <span className="line-clamp-2 font-mono text-2xs break-words text-muted">
                              {query.description || query.sql}
                            </span>
                            <span className="flex flex-wrap gap-1 text-2xs text-faint">
                              {query.ownerName ?? ""} · version {query.version}
                              {query.tags.map((tag) => (
                                <Badge key={tag}>{tag}</Badge>
                              ))}
                            </span>
                          </button>
                          <DropdownMenu
                            align="end"
                            entries={[
                              { label: "Open in a new tab", onSelect: () => open(query) },
                              { label: "Versions…", onSelect: () => setLooking(query) },
                              { kind: "separator" },
                              { label: "Delete", danger: true, onSelect: () => void remove(query) },
                            ]}
                          >
                            <IconButton
                              size="sm"
                              label={`More for ${query.name}`}
                              icon={<Ellipsis />}
                              className="m-1"
                            />
                          </DropdownMenu>
                        </li>
                      ))}
                  </ul>
                </section>
              ))
            )
          }
        </Loaded>
      </div>
      {looking ? <VersionsDialog workspaceId={workspaceId} query={looking} onClose={() => setLooking(null)} /> : null}
    </>
  );
}
