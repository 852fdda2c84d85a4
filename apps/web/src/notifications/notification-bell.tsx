import { IconButton, Popover } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Bell from "lucide-react/icons/bell";
import { lazy, Suspense, useState } from "react";
import { notificationsQuery } from "./queries.ts";

const NotificationList = lazy(async () => ({ default: (await import("./notification-list.tsx")).NotificationList }));

/** Says whether there is something new, and shows it. */
export function NotificationBell({ workspaceId }: { workspaceId: string }) {
  const { data } = useQuery(notificationsQuery(workspaceId));
  const [open, setOpen] = useState(false);
  const unread = data?.unread ?? 0;
  return (
    <span className="relative inline-flex">
      <Popover
        label="Notifications"
        open={open}
        onOpenChange={setOpen}
        side="top"
        className="!w-80 !p-0"
        trigger={
          <IconButton
            label={unread === 0 ? "Notifications" : `Notifications, ${unread} new`}
            tooltip={false}
            icon={<Bell />}
            size="sm"
          />
        }
      >
        <Suspense>
          <NotificationList workspaceId={workspaceId} onLeave={() => setOpen(false)} />
        </Suspense>
      </Popover>
      {unread > 0 ? (
        <span
          aria-hidden="true"
          className="pointer-events-none absolute right-1 top-1 size-2 rounded-full bg-accent outline-2 outline-panel"
        />
      ) : null}
    </span>
  );
}
