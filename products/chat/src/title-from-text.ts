const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A title from the first line of a message: at most 60 characters as a reader counts them, cut at a word. */
export function titleFromText(text: string): string {
  const firstLine = text
    .slice(0, 2000)
    .split("\n")
    .map((line) => line.replace(/^[#>*\-\s]+/, "").trim())
    .find(Boolean);
  const graphemes = [...segmenter.segment((firstLine ?? "").slice(0, 400))].map((each) => each.segment);
  if (graphemes.length <= 60) return graphemes.join("") || "New conversation";
  const cut = graphemes.slice(0, 59).join("");
  return `${cut.replace(/\s+\S{0,15}$/u, "")}…`;
}
