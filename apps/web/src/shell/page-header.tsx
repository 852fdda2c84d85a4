import { IconButton } from "@mindmesh/ui";
import Menu from "lucide-react/icons/menu";
import PanelLeft from "lucide-react/icons/panel-left";
import type { ReactNode } from "react";
import { toggleSidebar, useFrame } from "./frame.ts";

type PageHeaderProps = {
  /** The browser's title; also drawn unless `children` stand in its place. */
  title: string;
  /** Instead of the plain title: an editable one, a breadcrumb. */
  children?: ReactNode;
  /** Buttons at the far end. */
  actions?: ReactNode;
};

/** The bar above a page. Holds the way to the sidebar when that is out of sight. */
export function PageHeader({ title, children, actions }: PageHeaderProps) {
  const sidebarOpen = useFrame((frame) => frame.sidebarOpen);
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-3 phone:h-[calc(3.25rem+env(safe-area-inset-top))] phone:px-1 phone:pt-[env(safe-area-inset-top)]">
      <title>{`${title} · Mindmesh`}</title>
      <IconButton label="Open sidebar" icon={<Menu />} tooltip={false} className="md:hidden" onClick={toggleSidebar} />
      {sidebarOpen ? null : (
        <IconButton
          label="Open sidebar"
          shortcut="mod+b"
          icon={<PanelLeft />}
          className="-ml-1 phone:hidden"
          onClick={toggleSidebar}
        />
      )}
      <div className="min-w-0 flex-1 px-1">
        {children ?? <h1 className="truncate text-sm font-semibold phone:text-md">{title}</h1>}
      </div>
      {actions ? <div className="flex shrink-0 items-center gap-1">{actions}</div> : null}
    </header>
  );
}
