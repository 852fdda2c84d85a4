import { Sheet } from "@mindmesh/ui";
import { useFrame } from "./frame.ts";
import { SidebarContent, type SidebarSlots } from "./sidebar.tsx";

/** The sidebar on phones. */
export function Drawer(slots: SidebarSlots) {
  const open = useFrame((frame) => frame.drawerOpen);
  return (
    <Sheet open={open} onOpenChange={(drawerOpen) => useFrame.setState({ drawerOpen })} title="Sidebar">
      <SidebarContent {...slots} />
    </Sheet>
  );
}
