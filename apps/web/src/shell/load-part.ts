/** A part of a page that its address names; `preload` fetches its code. */
interface Part {
  slug: string;
  Content: { preload?: () => unknown };
}

/**
 * For a route whose page has parts: fetches the code of the one that is opened, so that a page is drawn at once with it.
 * Where only the part changes (`cause` of the router is "stay"), the page does not wait, and stands while the part comes.
 */
export async function loadPart(
  parts: readonly Part[],
  slug: string,
  cause: "enter" | "stay" | "preload",
): Promise<void> {
  const code = parts.find((part) => part.slug === slug)?.Content.preload?.();
  if (cause !== "stay") await code;
}
