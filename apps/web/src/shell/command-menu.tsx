import { useLoaded } from "@mindmesh/ui";
import type { PaletteItem } from "@mindmesh/ui/command-palette";
import { create } from "zustand";
import { useCommands, type Command } from "./commands.ts";
import { useFrame } from "./frame.ts";

/** Lets a product add what it finds for the words typed, such as conversations. */
export const usePaletteSearch = create<{
  query: string;
  found: readonly PaletteItem[];
  busy: boolean;
}>()(() => ({ query: "", found: [], busy: false }));

const setQuery = (query: string) => usePaletteSearch.setState({ query });

/** The shell's own commands come after those of the page. */
const isOfShell = ({ id }: Command) => id.startsWith("shell.");

export const loadPalette = () => import("@mindmesh/ui/command-palette");

/** The command palette, with every command that the page offers now. */
export function CommandMenu() {
  const open = useFrame((frame) => frame.paletteOpen);
  const commands = useCommands((state) => state.commands);
  const { query, found, busy } = usePaletteSearch();
  const palette = useLoaded(loadPalette, open);
  if (!palette) return null;
  const offered = commands.filter((command) => !command.hidden);
  const items = [...offered.filter((command) => !isOfShell(command)), ...found, ...offered.filter(isOfShell)];
  return (
    <palette.CommandPalette
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
  );
}
