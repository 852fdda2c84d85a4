import type { PaletteItem } from "@mindmesh/ui/command-palette";
import { lazy, Suspense, useState } from "react";
import { create } from "zustand";
import { useCommands } from "./commands.ts";
import { useFrame } from "./frame.ts";

const CommandPalette = lazy(async () => ({ default: (await import("@mindmesh/ui/command-palette")).CommandPalette }));

/** Lets a product add what it finds for the words typed, such as conversations. */
export const usePaletteSearch = create<{
  query: string;
  found: readonly PaletteItem[];
  busy: boolean;
}>()(() => ({ query: "", found: [], busy: false }));

const setQuery = (query: string) => usePaletteSearch.setState({ query });

/** The command palette: fetched when first opened, then kept so that it opens at once. */
export function CommandMenu() {
  const open = useFrame((frame) => frame.paletteOpen);
  const commands = useCommands((state) => state.commands);
  const { query, found, busy } = usePaletteSearch();
  const [wanted, setWanted] = useState(false);
  if (open && !wanted) setWanted(true);
  if (!wanted) return null;
  const items = [...commands.filter((command) => !command.hidden), ...found];
  return (
    <Suspense>
      <CommandPalette
        open={open}
        onOpenChange={(paletteOpen) => {
          useFrame.setState({ paletteOpen });
          if (!paletteOpen) setQuery("");
        }}
        items={items}
        query={query}
        onQueryChange={setQuery}
        busy={busy}
      />
    </Suspense>
  );
}
