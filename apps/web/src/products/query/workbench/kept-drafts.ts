/** What is not saved when the page goes, as by a reload: kept in this window until the page is there again. */
const storageKey = "mindmesh.query.unsaved";

/** Keeps drafts by their tabs, in the place of those that were kept before. */
export function keepDrafts(drafts: Readonly<Record<string, unknown>>): void {
  try {
    if (Object.keys(drafts).length === 0) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, JSON.stringify(drafts));
  } catch {
    // Storage is closed or full: what was not saved then goes with the page.
  }
}

/** What was kept, as it was given; nothing when storage is closed or holds something else. */
export function keptDrafts<Draft>(): Record<string, Draft> {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? "{}") as Record<string, Draft>;
  } catch {
    return {};
  }
}
