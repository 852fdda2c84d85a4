const name = "found";

/** Ranges of the words in an element's text, whatever their case. */
function rangesOf(element: HTMLElement, words: readonly string[]) {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.toLowerCase() ?? "";
    for (const word of words) {
      for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        ranges.push(range);
      }
    }
  }
  return ranges;
}

/**
 * Marks the words of a search in an element, and gives back the first place. Nothing in the page changes: the browser
 * paints the marks (CSS Custom Highlight; older browsers go to the place without marking it).
 */
export function markWords(element: HTMLElement, search: string): Range | null {
  const words = search.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const ranges = rangesOf(element, words);
  if ("highlights" in CSS) CSS.highlights.set(name, new Highlight(...ranges));
  return ranges[0] ?? null;
}

export function clearMarks() {
  if ("highlights" in CSS) CSS.highlights.delete(name);
}
