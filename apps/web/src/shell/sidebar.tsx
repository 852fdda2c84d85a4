import { classNames, IconButton, Kbd, Wordmark } from "@mindmesh/ui";
import { Link } from "@tanstack/react-router";
import Keyboard from "lucide-react/icons/keyboard";
import PanelLeft from "lucide-react/icons/panel-left";
import Search from "lucide-react/icons/search";
import type { ReactNode } from "react";
import { closeDrawer, openPalette, toggleSidebar, useFrame } from "./frame.ts";
import { products, type ProductId } from "./products.ts";

export type SidebarSlots = {
  /** In the top row, in place of the wordmark. */
  workspaceSwitcher?: ReactNode;
  /** Whose products are linked; without one the links lead to the start. */
  workspaceId?: string;
  /** Beside a product's name: "new conversation". */
  productActions?: Partial<Record<ProductId, ReactNode>>;
  /** The list of the current product; it scrolls by itself. */
  list?: ReactNode;
  /** The bottom row: who is signed in. */
  accountMenu?: ReactNode;
};

const rowClasses =
  "flex h-8 min-w-0 items-center gap-2.5 rounded-sm px-2 text-sm font-medium text-muted transition-colors hover:bg-hover hover:text-ink touch:h-11 [&_svg]:size-4 [&_svg]:shrink-0";

/** What the sidebar holds, the same in its place on wide screens and in the drawer on phones. */
export function SidebarContent({ workspaceSwitcher, workspaceId, productActions, list, accountMenu }: SidebarSlots) {
  return (
    <div className="flex h-full min-h-0 flex-col pt-[env(safe-area-inset-top)]">
      <div className="flex h-12 shrink-0 items-center gap-1 pl-1 pr-2">
        <div className="min-w-0 flex-1">
          {workspaceSwitcher ?? (
            <Link to="/" onClick={closeDrawer} className="inline-flex rounded-sm px-3 py-1">
              <Wordmark />
            </Link>
          )}
        </div>
        <IconButton label="Close sidebar" shortcut="mod+b" icon={<PanelLeft />} size="sm" onClick={toggleSidebar} />
      </div>
      <nav aria-label="Products" className="flex shrink-0 flex-col gap-px px-2 pb-2">
        <button
          type="button"
          className={rowClasses}
          onClick={() => {
            closeDrawer();
            openPalette();
          }}
        >
          <Search aria-hidden="true" />
          <span className="flex-1 text-left">Search</span>
          <span className="touch:hidden">
            <Kbd keys="mod+k" />
          </span>
        </button>
        {products.map(({ id, name, to, Icon }) => (
          <div key={id} className="flex items-center gap-1">
            <Link
              {...(workspaceId === undefined ? { to: "/" } : { to, params: { workspaceId } })}
              onClick={closeDrawer}
              className={classNames(rowClasses, "flex-1")}
              activeProps={{ className: "!text-ink [&_svg]:text-accent-ink" }}
            >
              <Icon aria-hidden="true" />
              {name}
            </Link>
            {productActions?.[id]}
          </div>
        ))}
      </nav>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{list}</div>
      <div className="flex shrink-0 items-center gap-1 border-t border-line p-2 pl-1 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <div className="min-w-0 flex-1">{accountMenu}</div>
        <IconButton
          label="Keyboard shortcuts"
          shortcut="?"
          icon={<Keyboard />}
          size="sm"
          className="touch:hidden"
          onClick={() => useFrame.setState({ helpOpen: true })}
        />
      </div>
    </div>
  );
}
