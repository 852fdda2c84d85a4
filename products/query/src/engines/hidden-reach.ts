import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { HiddenHere } from "../guard/guard.ts";
import { namesIn, showsHidden } from "../guard/words/shows-hidden.ts";
import { StatementFailure } from "./engine.ts";

/** What a database keeps under a name and runs when the name is used. */
export interface KeptText {
  schema: string;
  name: string;
  /** The statement or body; null where it cannot be read. */
  text: string | null;
}

/** The most that is opened for one statement: whoever has views over views over thousands of views must ask for less. */
const mostTexts = 2000;

/**
 * Opens all that a statement reaches by views, functions, synonyms and partitions, as the database has it now, and refuses it where something
 * hidden could come to light. The guard knows the views of the catalogue only, which may be an hour old, and no bodies of functions.
 * @param names all that the statement may call by a name
 * @param find gives what the database keeps under these names (in lower case), in any schema
 * @throws StatementFailure
 */
export async function refuseHiddenReach(
  engine: EngineKind,
  hidden: readonly HiddenHere[],
  names: readonly string[],
  find: (names: string[]) => Promise<KeptText[]>,
): Promise<void> {
  if (hidden.length === 0) return;
  const seen = new Set<string>();
  let open = names.map((name) => name.toLowerCase());
  let opened = 0;
  while (open.length > 0) {
    for (const name of open) seen.add(name);
    const texts = await find([...new Set(open)]);
    opened += texts.length;
    const shown = texts.find(({ text }) => text === null || showsHidden(text, engine, hidden));
    if (shown !== undefined || opened > mostTexts) throw refusedReach(shown);
    open = texts.flatMap(({ text }) => namesIn(text ?? "", engine)).filter((name) => !seen.has(name));
  }
}

function refusedReach(shown: KeptText | undefined): StatementFailure {
  const message =
    shown === undefined
      ? "It reaches too many views and functions to be looked at, and some tables or columns are hidden here."
      : shown.text === null
        ? `What ${shown.schema}.${shown.name} reads cannot be seen by this login, and some tables or columns are hidden here.`
        : `${shown.schema}.${shown.name} would show what is hidden here.`;
  return new StatementFailure("refused", message, { hint: "Ask an admin who may show it." });
}
