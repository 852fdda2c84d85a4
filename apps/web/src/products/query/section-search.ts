/** What the addresses of a connection's sections may say after the question mark; each section reads its own. */
const known = ["tab", "table", "to", "view", "find"] as const;

export type SectionSearch = Partial<Record<(typeof known)[number], string>>;

/** Keeps what is known and a text. */
export function readSectionSearch(search: Record<string, unknown>): SectionSearch {
  const kept: SectionSearch = {};
  for (const name of known) {
    const value = search[name];
    if (typeof value === "string") kept[name] = value;
  }
  return kept;
}

const engines = ["postgres", "mysql", "mssql", "files"] as const;

/** What the page of a new connection is about: an engine on the network, or files. */
export function readEngineSearch(search: Record<string, unknown>): { engine?: (typeof engines)[number] } {
  const engine = engines.find((each) => each === search["engine"]);
  return engine === undefined ? {} : { engine };
}
