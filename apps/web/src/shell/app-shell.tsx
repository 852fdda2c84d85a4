import { loadOnFirstInput, useLoaded } from "@mindmesh/ui";
import { useEffect, type ReactNode } from "react";
import { CommandMenu, loadPalette } from "./command-menu.tsx";
import { ConnectionBanner } from "./connection.tsx";
import { rememberFrame, useFrame } from "./frame.ts";
import { ShellCommands } from "./shell-commands.tsx";
import { SidebarContent, type SidebarSlots } from "./sidebar.tsx";
import { useWide } from "./use-wide.ts";

const loadDrawer = () => import("./drawer.tsx");
const loadHelp = () => import("./shortcut-help.tsx");

/** The frame around every page of a signed-in person: sidebar, main area, palette, help, connection. */
export function AppShell({ children, ...slots }: SidebarSlots & { children: ReactNode }) {
  const sidebarOpen = useFrame((frame) => frame.sidebarOpen);
  // On phones it is not drawn at all: their first picture would wait for a sidebar that nobody sees.
  const wide = useWide();
  const drawerOpen = useFrame((frame) => frame.drawerOpen);
  const drawer = useLoaded(loadDrawer, drawerOpen);
  const help = useLoaded(
    loadHelp,
    useFrame((frame) => frame.helpOpen),
  );
  useEffect(() => loadOnFirstInput([loadDrawer, loadHelp, loadPalette]), []);
  // What the next load paints first.
  useEffect(() => rememberFrame(sidebarOpen ? "sidebar" : "plain"), [sidebarOpen]);
  return (
    <div className="flex h-full">
      <a
        href="#main"
        className="fixed left-3 top-3 z-50 -translate-y-20 rounded-sm bg-accent px-3 py-2 text-sm font-medium text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      {sidebarOpen && wide ? (
        <aside aria-label="Sidebar" className="w-66 shrink-0 border-r border-line bg-panel">
          <SidebarContent {...slots} />
        </aside>
      ) : null}
      {drawer ? <drawer.Drawer {...slots} /> : null}
      <main id="main" tabIndex={-1} className="relative flex min-w-0 flex-1 flex-col outline-none">
        <ConnectionBanner />
        {children}
      </main>
      <ShellCommands />
      <CommandMenu />
      {help ? <help.ShortcutHelp /> : null}
    </div>
  );
}
