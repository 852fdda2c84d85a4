import { IconButton, useLoaded } from "@mindmesh/ui";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet, useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import SquarePen from "lucide-react/icons/square-pen";
import { useEffect, useState } from "react";
import { meQuery } from "../identity/queries.ts";
import { handleFileEvent } from "../files/queries.ts";
import { followWorkspace } from "../live/live-connection.ts";
import { handleChatEvent } from "../products/chat/chat-events.ts";
import { ChatOverlays } from "../products/chat/chat-overlays.tsx";
import { ConversationList } from "../products/chat/conversation-list.tsx";
import { deliverWaiting } from "../products/chat/outbox.ts";
import { handleQueryEvent } from "../products/query/query-events.ts";
import { AppShell } from "../shell/app-shell.tsx";
import { useConnection } from "../shell/connection.tsx";
import { closeDrawer } from "../shell/frame.ts";
import { SettingsEntry } from "../settings/settings-entry.tsx";
import { noticeHandler } from "../notifications/notice-handler.ts";
import { AccountMenu } from "./account-menu.tsx";
import { NewWorkspaceLayer } from "./new-workspace-layer.tsx";
import { handleWorkspaceEvent } from "./workspace-events.ts";
import { WorkspaceCommands, WorkspaceSwitcher } from "./workspace-switcher.tsx";

const loadQuerySidebar = () => import("../products/query/query-sidebar.tsx");
const loadBell = () => import("../notifications/notification-bell.tsx");
const route = getRouteApi("/w/$workspaceId");

/** Everything of a workspace stands in here: the shell with the sidebar, and the live connection. */
export function WorkspaceLayout() {
  const { workspaceId } = route.useParams();
  const { data: me } = useSuspenseQuery(meQuery);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const [handlers] = useState(() => [
    handleChatEvent,
    handleQueryEvent,
    handleFileEvent,
    handleWorkspaceEvent,
    noticeHandler((address) => router.history.push(address)),
  ]);
  const inQuery = useLocation({ select: ({ pathname }) => /^\/w\/[^/]+\/query(?:\/|$)/.test(pathname) });
  const querySidebar = useLoaded(loadQuerySidebar, inQuery);
  const bell = useLoaded(loadBell, true);
  const live = useConnection((connection) => connection.live);
  const workspace = me.workspaces.find((each) => each.id === workspaceId);

  useEffect(() => {
    if (workspace) followWorkspace(queryClient, handlers, workspace);
  }, [queryClient, handlers, workspace]);
  useEffect(() => {
    if (live === "connected") deliverWaiting(queryClient, workspaceId);
  }, [live, queryClient, workspaceId]);
  const newConversation = (
    <IconButton
      label="New conversation"
      shortcut="mod+shift+o"
      icon={<SquarePen />}
      onClick={() => {
        closeDrawer();
        void navigate({ to: "/w/$workspaceId/chat", params: { workspaceId } });
      }}
    />
  );
  return (
    <AppShell
      workspaceSwitcher={<WorkspaceSwitcher workspaces={me.workspaces} workspaceId={workspaceId} />}
      workspaceId={workspaceId}
      productActions={{ chat: newConversation }}
      list={
        inQuery ? (
          querySidebar && <querySidebar.QuerySidebar workspaceId={workspaceId} />
        ) : (
          <ConversationList workspaceId={workspaceId} />
        )
      }
      accountMenu={
        <div className="flex items-center gap-1">
          <div className="min-w-0 flex-1">
            <AccountMenu person={me.person} workspaceId={workspaceId} />
          </div>
          <div className="size-7 touch:size-11">
            {bell ? <bell.NotificationBell workspaceId={workspaceId} /> : null}
          </div>
        </div>
      }
    >
      <ChatOverlays key={workspaceId} workspaceId={workspaceId} />
      <SettingsEntry workspaceId={workspaceId} />
      <WorkspaceCommands workspaces={me.workspaces} workspaceId={workspaceId} />
      <NewWorkspaceLayer />
      <Outlet />
    </AppShell>
  );
}
