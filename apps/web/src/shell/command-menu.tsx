import { useLoaded } from "@mindmesh/ui";
import type { PaletteItem } from "@mindmesh/ui/command-palette";
import { create } from "zustand";
import { useCommands, type Command } from "./commands.ts";
import { useFrame } from "./frame.ts";

interface Found {
  items: readonly PaletteItem[];
  busy: boolean;
}

/** Lets products add what they find for the words typed, such as conversations; by product, those of the open page first. */
export const usePaletteSearch = create<{
  query: string;
  found: { query?: Found; chat?: Found };
}>()(() => ({ query: "", found: {} }));

/** What a product has found for the words that stand there now. */
export const setFound = (product: keyof ReturnType<typeof usePaletteSearch.getState>["found"], found: Found) =>
  usePaletteSearch.setState((state) => ({ found: { ...state.found, [product]: found } }));

const setQuery = (query: string) => usePaletteSearch.setState({ query });

/** The shell's own commands come after those of the page. */
const isOfShell = ({ id }: Command) => id.startsWith("shell.");

export const loadPalette = () => import("@mindmesh/ui/command-palette");

/** The command palette, with every command that the page offers now. */
export function CommandMenu() {
  const open = useFrame((frame) => frame.paletteOpen);
  const commands = useCommands((state) => state.commands);
  const { query, found: sources } = usePaletteSearch();
  const palette = useLoaded(loadPalette, open);
  if (!palette) return null;
  const groups = [sources.query, sources.chat].filter((source) => source !== undefined);
  const found = groups.flatMap((source) => source.items);
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
      busy={groups.some((source) => source.busy)}
    />
  );
}
