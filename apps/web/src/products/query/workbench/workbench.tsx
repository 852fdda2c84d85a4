import type { Tab } from "@mindmesh/contracts/query/tabs";
import { Button, EmptyState, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import SquareTerminal from "lucide-react/icons/square-terminal";
import { useEffect, useMemo, useState } from "react";
import { ListSkeleton, Loaded } from "../../../settings/parts/loaded.tsx";
import { useCommand } from "../../../shell/commands.ts";
import { ListenedKeys } from "../../../shell/listened-keys.tsx";
import type { SectionProps } from "../sections.tsx";
import { NameDialog } from "./name-dialog.tsx";
import { tabsQuery } from "./queries.ts";
import { SidePanel, type SideView } from "./side-panel.tsx";
import { changeTab, closeTab, inOrder, moveTab, openTab, reopenTab, saveKept, useTabDrafts } from "./tab-drafts.ts";
import { TabView } from "./tab-view.tsx";
import { TabsBar } from "./tabs-bar.tsx";
import { workbenchCommand } from "./workbench-command.ts";

const loadKeys = () => import("./workbench-keys.ts").then(({ workbenchKeys }) => workbenchKeys);
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
  const [closed, setClosed] = useState<readonly Tab[]>([]);
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
  const drafts = useTabDrafts((state) => state.drafts);
  const hasTabs = tabs.data !== undefined;
  useEffect(() => {
    if (hasTabs) saveKept(queryClient, place, tabs.data);
    // oxlint-disable-next-line react/exhaustive-deps -- once, when they are there: later drafts save themselves
  }, [hasTabs, place, queryClient]);
  const ordered = inOrder(tabs.data ?? [], drafts);
  const active = ordered.find(({ id }) => id === wanted) ?? ordered[0];
  const reopen = async (gone: readonly Tab[]) => {
    setClosed([]);
    let last: string | null = null;
    for (const tab of gone) last = (await reopenTab(queryClient, place, tab)) ?? last;
    if (last !== null) show(last);
  };
  const close = async (going: readonly Tab[]) => {
    const isShown = going.some(({ id }) => id === active?.id);
    const at = ordered.findIndex(({ id }) => id === active?.id);
    const beside = [...ordered.slice(at + 1), ...ordered.slice(0, at).toReversed()].find((tab) => !going.includes(tab));
    if (isShown && beside) show(beside.id);
    const gone = (await Promise.all(going.map((tab) => closeTab(queryClient, place, tab)))).filter(
      (tab) => tab !== null && tab.text.trim() !== "",
    ) as Tab[];
    if (gone.length === 0) return;
    setClosed(gone);
    toast(gone.length === 1 ? `${gone[0]?.title} was closed` : `${gone.length} tabs were closed`, {
      id: "query-tabs-closed",
      action: { label: "Undo", onSelect: () => void reopen(gone) },
    });
  };
  const move = (tab: Tab, to: number) => {
    if (to >= 0 && to < ordered.length) moveTab(queryClient, place, ordered, tab, to);
  };
  const at = ordered.findIndex(({ id }) => id === active?.id);
  const step = (by: number) => () => {
    const next = ordered.at((at + by) % ordered.length);
    if (next) show(next.id);
  };
  const toggle = (view: SideView) => () => setSide(side === view ? null : view);
  useCommand(workbenchCommand("new-tab", "new tab", "mod+shift+o", () => void open()));
  useCommand(active ? workbenchCommand("close-tab", "close the tab", "mod+shift+x", () => void close([active])) : null);
  useCommand(
    closed.length > 0
      ? workbenchCommand("reopen-tab", "open again what was closed", null, () => void reopen(closed))
      : null,
  );
  useCommand(ordered.length > 1 ? workbenchCommand("next-tab", "next tab", "alt+pagedown", step(1)) : null);
  useCommand(ordered.length > 1 ? workbenchCommand("previous-tab", "previous tab", "alt+pageup", step(-1)) : null);
  useCommand(
    active && at < ordered.length - 1
      ? workbenchCommand("tab-right", "move the tab to the right", "alt+shift+pagedown", () => move(active, at + 1))
      : null,
  );
  useCommand(
    active && at > 0
      ? workbenchCommand("tab-left", "move the tab to the left", "alt+shift+pageup", () => move(active, at - 1))
      : null,
  );
  useCommand(active ? workbenchCommand("rename-tab", "rename the tab", "f2", () => setNaming(active)) : null);
  useCommand(workbenchCommand("history", "history", "mod+shift+h", toggle("history")));
  useCommand(workbenchCommand("saved", "saved queries", "mod+shift+s", toggle("saved")));

  return (
    <Loaded query={tabs} skeleton={<ListSkeleton className="p-6" />}>
      {() => (
        <div className="relative flex min-h-0 flex-1 overflow-hidden">
          <ListenedKeys load={loadKeys} />
          <div className="flex min-h-0 min-w-0 flex-1 flex-col">
            {active ? (
              <>
                <TabsBar
                  tabs={ordered}
                  active={active.id}
                  onShow={show}
                  onNew={() => void open()}
                  onClose={(going) => void close(going)}
                  onRename={setNaming}
                  onMove={move}
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
