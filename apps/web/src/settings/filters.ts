/** What a page of the settings keeps in its address, so that a link and the back button bring it back. */
export interface Filters {
  action?: string | undefined;
  actor?: string | undefined;
  days?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  state?: string | undefined;
  queue?: string | undefined;
  search?: string | undefined;
  job?: string | undefined;
  /** Code of an error that a redirect brought. */
  error?: string | undefined;
}

const names = ["action", "actor", "days", "from", "to", "state", "queue", "search", "job", "error"] as const;

/** Keeps the known filters of an address, as text. */
export function readFilters(search: Record<string, unknown>): Filters {
  const filters: Filters = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string" || typeof value === "number") filters[name] = String(value);
  }
  return filters;
}
