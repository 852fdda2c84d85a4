const panelViews = ["editor", "files", "runs"] as const;

/** What the panel for code shows; it is in the address of the page. */
export type PanelView = (typeof panelViews)[number];

/** The panel's part of the address; nothing for what is none of its views. */
export function panelSearch(written: unknown): { code?: PanelView } {
  const code = panelViews.find((view) => view === written);
  return code === undefined ? {} : { code };
}
