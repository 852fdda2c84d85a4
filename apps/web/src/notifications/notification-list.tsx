import type { Notification } from "@mindmesh/contracts/notifications";
import { Button, classNames, EmptyState } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import Bell from "lucide-react/icons/bell";
import { showError } from "../shell/show-error.ts";
import { Loaded } from "../settings/parts/loaded.tsx";
import { Moment } from "../settings/parts/moment.tsx";
import { closeDrawer } from "../shell/frame.ts";
import { addressOfTarget } from "../tools/address-of-target.ts";
import { notificationsApi } from "./api.ts";
import { notificationsQuery } from "./queries.ts";

type NotificationListProps = { workspaceId: string; onLeave: () => void };

/** The newest notifications; one that leads somewhere is a button. */
export function NotificationList({ workspaceId, onLeave }: NotificationListProps) {
  const query = useQuery(notificationsQuery(workspaceId));
  const router = useRouter();
  const markRead = (ids?: string[]) =>
    void notificationsApi
      .readNotifications({ params: { workspaceId }, body: ids === undefined ? {} : { ids } })
      .catch(showError);
  const follow = ({ id, target }: Notification) => {
    markRead([id]);
    if (target === null) return;
    onLeave();
    closeDrawer();
    router.history.push(addressOfTarget(workspaceId, target));
  };
  return (
    <Loaded query={query}>
      {({ items, unread }) =>
        items.length === 0 ? (
          <EmptyState icon={<Bell aria-hidden="true" />} title="Nothing has happened yet" />
        ) : (
          <>
            <div className="flex h-10 items-center justify-between border-b border-line pl-3 pr-1">
              <h2 className="text-sm font-semibold">Notifications</h2>
              {unread > 0 ? (
                <Button variant="ghost" size="sm" onClick={() => markRead()}>
                  Mark all as read
                </Button>
              ) : null}
            </div>
            <ul aria-label="Notifications" className="max-h-96 overflow-y-auto">
              {items.map((item) => (
                <li key={item.id}>
                  <button
                    type="button"
                    className="flex w-full gap-2 px-3 py-2 text-left text-sm transition-colors hover:bg-hover"
                    onClick={() => follow(item)}
                  >
                    <span
                      aria-hidden="true"
                      className={classNames(
                        "mt-1.5 size-1.5 shrink-0 rounded-full",
                        item.readAt === null ? "bg-accent" : "bg-transparent",
                      )}
                    />
                    <span className="min-w-0 flex-1">
                      <span className={classNames("block break-words", item.readAt === null && "font-medium")}>
                        {item.readAt === null ? <span className="sr-only">New: </span> : null}
                        {item.title}
                      </span>
                      {item.body === "" ? null : (
                        <span className="line-clamp-3 break-words text-xs text-muted">{item.body}</span>
                      )}
                      <span className="block text-xs text-faint">
                        <Moment at={item.createdAt} />
                      </span>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )
      }
    </Loaded>
  );
}
