import type { Tab } from "@mindmesh/contracts/query/tabs";
import { Button, EmptyState, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import SquareTerminal from "lucide-react/icons/square-terminal";
import { useMemo, useState } from "react";
import { ListSkeleton, Loaded } from "../../../settings/parts/loaded.tsx";
import { useCommand } from "../../../shell/commands.ts";
import type { SectionProps } from "../sections.tsx";
import { NameDialog } from "./name-dialog.tsx";
import { tabsQuery } from "./queries.ts";
import { SidePanel, type SideView } from "./side-panel.tsx";
import { changeTab, closeTab, openTab } from "./tab-drafts.ts";
import { TabView } from "./tab-view.tsx";
import { TabsBar } from "./tabs-bar.tsx";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");

/** Where SQL is written and run: tabs that are kept on the server, their results, history and saved queries. */
export function Workbench({ workspaceId, connection }: SectionProps) {
  const place = useMemo(() => ({ workspaceId, connectionId: connection.id }), [workspaceId, connection.id]);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { tab: wanted } = route.useSearch();
  const tabs = useQuery(tabsQuery(place));
  const [naming, setNaming] = useState<Tab | null>(null);
  const [side, setSide] = useState<SideView | null>(null);
  const show = (tabId: string) =>
    void navigate({
      to: "/w/$workspaceId/query/c/$connectionId/$section",
      params: { ...place, section: "sql" },
      search: { tab: tabId },
      replace: true,
    });
  const open = async (content: Parameters<typeof openTab>[2] = {}) => {
    const tabId = await openTab(queryClient, place, content);
    if (tabId !== null) show(tabId);
  };
  const close = async (tab: Tab) => {
    const gone = await closeTab(queryClient, place, tab);
    if (!gone || gone.text.trim() === "") return;
    const { title, text, parameters, savedQueryId } = gone;
    toast(`${title} was closed`, {
      action: { label: "Undo", onSelect: () => void open({ title, text, parameters, savedQueryId }) },
    });
  };
  const active = tabs.data?.find(({ id }) => id === wanted) ?? tabs.data?.[0];
  const step = (by: number) => () => {
    const at = tabs.data?.findIndex(({ id }) => id === active?.id) ?? -1;
    const next = tabs.data?.at((at + by) % tabs.data.length);
    if (next) show(next.id);
  };
  useCommand({ id: "query.new-tab", title: "Query: new tab", group: "Query", run: () => void open() });
  const hasMore = (tabs.data?.length ?? 0) > 1;
  useCommand(hasMore ? { id: "query.next-tab", title: "Query: next tab", group: "Query", run: step(1) } : null);
  useCommand(
    hasMore ? { id: "query.previous-tab", title: "Query: previous tab", group: "Query", run: step(-1) } : null,
  );
  useCommand({ id: "query.history", title: "Query: history", group: "Query", run: () => setSide("history") });
  useCommand({ id: "query.saved", title: "Query: saved queries", group: "Query", run: () => setSide("saved") });

  return (
    <Loaded query={tabs} skeleton={<ListSkeleton className="p-6" />}>
      {(items) => (
        <div className="relative flex min-h-0 flex-1 overflow-hidden">
          <div className="flex min-h-0 min-w-0 flex-1 flex-col">
            {active ? (
              <>
                <TabsBar
                  tabs={items}
                  active={active.id}
                  onShow={show}
                  onNew={() => void open()}
                  onClose={(tab) => void close(tab)}
                  onRename={setNaming}
                />
                <TabView
                  key={active.id}
                  place={place}
                  connection={connection}
                  tab={active}
                  side={side}
                  onSide={setSide}
                />
              </>
            ) : (
              <EmptyState
                icon={<SquareTerminal aria-hidden="true" />}
                title="Nothing is open"
                description="Write SQL in a tab. It is kept here, on every device, until you close it."
                className="my-auto"
                action={
                  <>
                    <Button variant="primary" onClick={() => void open()}>
                      New query
                    </Button>
                    <Button onClick={() => setSide("saved")}>Saved queries</Button>
                  </>
                }
              />
            )}
          </div>
          {side === null ? null : (
            <SidePanel
              place={place}
              view={side}
              onView={setSide}
              onClose={() => setSide(null)}
              onOpen={(content) => void open(content)}
            />
          )}
          {naming ? (
            <NameDialog
              title="Rename the tab"
              name={naming.title}
              onName={(title) => changeTab(queryClient, place, naming, { title })}
              onClose={() => setNaming(null)}
            />
          ) : null}
        </div>
      )}
    </Loaded>
  );
}
