import { classNames, ContextMenu, DropdownMenu, IconButton, Spinner, type MenuEntry } from "@mindmesh/ui";
import { Link, type LinkProps } from "@tanstack/react-router";
import Ellipsis from "lucide-react/icons/ellipsis";
import type { ReactNode } from "react";
import { closeDrawer } from "./frame.ts";

/** A group in the sidebar's list. */
export function SidebarSection({
  title,
  action,
  children,
}: {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="px-2 pb-4">
      <div className="flex h-7 items-center justify-between pl-2">
        <h2 className="text-2xs font-medium text-faint">{title}</h2>
        {action}
      </div>
      <ul className="flex flex-col gap-px">{children}</ul>
    </section>
  );
}

type SidebarItemProps = Pick<LinkProps, "to" | "params" | "search"> & {
  title: ReactNode;
  icon?: ReactNode;
  /** Marks the item whose page is open. */
  current?: boolean;
  /** Something is being written in it right now. */
  busy?: boolean;
  /** New since last looked at. */
  unread?: boolean;
  /** A mark at the end of the line, such as "shared". */
  trailing?: ReactNode;
  /** Offered on right click, long press, and by a button that shows on hover and focus (always on phones). */
  menu?: readonly MenuEntry[];
};

/** One line of the sidebar's list; put it into an <li>. */
export function SidebarItem({
  title,
  icon,
  current = false,
  busy = false,
  unread = false,
  trailing,
  menu,
  ...link
}: SidebarItemProps) {
  const row = (
    <div
      className={classNames(
        "group relative flex items-center rounded-sm transition-colors",
        current ? "bg-selected" : "hover:bg-hover has-[[aria-expanded=true]]:bg-hover",
      )}
    >
      <Link
        {...link}
        data-sidebar-link
        onClick={closeDrawer}
        aria-current={current ? "page" : undefined}
        className={classNames(
          "flex h-8 min-w-0 flex-1 items-center gap-2 rounded-sm pl-2 pr-2 text-sm touch:h-11 [&_svg]:size-4 [&_svg]:shrink-0",
          current || unread ? "font-medium text-ink" : "text-muted group-hover:text-ink",
        )}
      >
        {icon}
        <span className={classNames("truncate", menu && "md:group-hover:mr-5")}>{title}</span>
        {busy ? (
          <span className="ml-auto flex">
            <Spinner label="Answering" className="size-3.5 text-accent-ink" />
          </span>
        ) : null}
        {trailing && !busy ? (
          <span className={classNames("ml-auto flex", menu && "md:group-hover:invisible")}>{trailing}</span>
        ) : null}
        {unread && !busy ? (
          <span className="ml-auto size-1.5 shrink-0 rounded-full bg-accent">
            <span className="sr-only">New</span>
          </span>
        ) : null}
      </Link>
      {menu ? (
        <DropdownMenu entries={menu} align="end">
          <IconButton
            label="Actions"
            icon={<Ellipsis />}
            size="sm"
            tooltip={false}
            className="mr-0.5 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 aria-expanded:opacity-100 touch:opacity-100 md:absolute md:right-0"
          />
        </DropdownMenu>
      ) : null}
    </div>
  );
  return menu ? <ContextMenu entries={menu}>{row}</ContextMenu> : row;
}
