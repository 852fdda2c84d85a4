import type { SavedQuery, SavedQueryVersion } from "@mindmesh/contracts/query/saved-queries";
import { Button, classNames, Dialog, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Loaded } from "../../../../settings/parts/loaded.tsx";
import { showError } from "../../../../shell/show-error.ts";
import { savedQueriesApi } from "../api.ts";
import { savedKeyOf } from "../keys.ts";
import { savedVersionsQuery } from "../queries.ts";

const TextDifference = lazy(() => import("./text-difference.tsx"));

type VersionsDialogProps = { workspaceId: string; query: SavedQuery; onClose: () => void };

/** The versions of a saved query: what each changed, and the way back to it. */
export function VersionsDialog({ workspaceId, query, onClose }: VersionsDialogProps) {
  const queryClient = useQueryClient();
  const versions = useQuery(savedVersionsQuery(workspaceId, query.id));
  const [chosen, setChosen] = useState<number | null>(null);
  const restore = async ({ name, description, sql, parameters }: SavedQueryVersion) => {
    const { folder, tags, shared, version } = query;
    try {
      await savedQueriesApi.updateSavedQuery({
        params: { workspaceId, savedQueryId: query.id },
        body: { name, description, sql, parameters, folder, tags, shared, version },
      });
      toast("Restored as a new version");
      onClose();
    } catch (error) {
      showError(error);
    }
    void queryClient.invalidateQueries({ queryKey: savedKeyOf(workspaceId) });
  };
  return (
    <Dialog
      open
      size="xl"
      title={`Versions of ${query.name}`}
      description="What a version changed is marked against the one before it."
      onOpenChange={(open) => !open && onClose()}
    >
      <Loaded query={versions}>
        {(items) => {
          const at = Math.max(
            0,
            items.findIndex(({ version }) => version === chosen),
          );
          const shown = items[at];
          return (
            <div className="flex min-h-64 gap-4 max-md:flex-col">
              <ul
                aria-label="Versions"
                className="flex w-52 shrink-0 flex-col overflow-y-auto max-md:max-h-32 max-md:w-full"
              >
                {items.map((each, index) => (
                  <li key={each.version}>
                    <button
                      type="button"
                      aria-current={index === at}
                      onClick={() => setChosen(each.version)}
                      className={classNames(
                        "flex w-full flex-col rounded-sm px-2 py-1.5 text-left text-xs transition-colors hover:bg-hover",
                        index === at && "bg-selected",
                      )}
                    >
                      <span className="font-medium text-ink">Version {each.version}</span>
                      <span className="text-2xs text-muted">
                        {each.savedBy?.name ?? "somebody who left"}, {new Date(each.savedAt).toLocaleString()}
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
              {shown ? (
                <div className="flex min-w-0 flex-1 flex-col gap-3">
                  <Suspense fallback={<pre className="font-mono text-xs">{shown.sql}</pre>}>
                    <TextDifference key={shown.version} before={items[at + 1]?.sql ?? ""} after={shown.sql} />
                  </Suspense>
                  {at === 0 ? null : (
                    <div>
                      <Button size="sm" onClick={() => void restore(shown)}>
                        Restore this version
                      </Button>
                    </div>
                  )}
                </div>
              ) : null}
            </div>
          );
        }}
      </Loaded>
    </Dialog>
  );
}
