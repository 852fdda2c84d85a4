import type { Command } from "../../../shell/commands.ts";

/** Something to do in the workbench, by the palette and by its keys. */
export const workbenchCommand = (id: string, title: string, shortcut: string | null, run: () => void): Command => ({
  id: `query.${id}`,
  title: `Query: ${title}`,
  group: "Query",
  ...(shortcut !== null && { shortcut }),
  run,
});
