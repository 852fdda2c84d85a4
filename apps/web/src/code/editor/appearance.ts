import { syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

/** Marks by the class names of code-colours.css, so that code looks the same in a message and in the editor. */
const colours = tagHighlighter([
  { tag: tags.comment, class: "hljs-comment" },
  { tag: [tags.keyword, tags.bool, tags.null, tags.self, tags.atom], class: "hljs-keyword" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], class: "hljs-string" },
  { tag: [tags.number, tags.meta, tags.escape], class: "hljs-number" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName)), tags.className],
    class: "hljs-title",
  },
  { tag: [tags.definition(tags.className), tags.standard(tags.variableName)], class: "hljs-title" },
  { tag: [tags.typeName, tags.propertyName, tags.attributeName, tags.tagName], class: "hljs-attr" },
]);

/** Our tokens change with the theme by themselves: one appearance for light and dark. */
const look = EditorView.theme({
  "&": { height: "100%", color: "var(--color-ink)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", fontSize: "0.8125rem", lineHeight: "1.6" },
  "@media (pointer: coarse)": { ".cm-scroller": { fontSize: "1rem" } },
  ".cm-content": { caretColor: "var(--color-accent-ink)", padding: "0.5rem 0" },
  ".cm-line": { padding: "0 0.75rem 0 0.5rem" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--color-accent-ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in oklch, var(--color-accent) 24%, transparent)",
  },
  ".cm-activeLine": { backgroundColor: "var(--color-hover)" },
  "&:not(.cm-focused) .cm-activeLine, &:not(.cm-focused) .cm-activeLineGutter": { backgroundColor: "transparent" },
  ".cm-gutters": { border: "none", backgroundColor: "transparent", color: "var(--color-faint)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.25rem 0 0.75rem", minWidth: "2.5rem" },
  ".cm-activeLineGutter": { backgroundColor: "var(--color-hover)", color: "var(--color-ink)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--color-selected)",
    outline: "1px solid var(--color-line-strong)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--color-danger-soft)" },
  ".cm-selectionMatch": { backgroundColor: "var(--color-mark)" },
  ".cm-searchMatch": { backgroundColor: "var(--color-mark)" },
  ".cm-searchMatch.cm-searchMatch-selected": { outline: "2px solid var(--color-focus)" },
  ".cm-placeholder": { color: "var(--color-faint)" },
  ".cm-panels": {
    backgroundColor: "var(--color-panel)",
    color: "var(--color-ink)",
    fontFamily: "var(--font-sans)",
    borderColor: "var(--color-line)",
  },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--color-line)" },
  ".cm-textfield": {
    border: "1px solid var(--color-line-control)",
    borderRadius: "var(--radius-sm)",
    backgroundColor: "var(--color-raised)",
    color: "var(--color-ink)",
    fontSize: "var(--text-sm)",
  },
  ".cm-button": {
    border: "1px solid var(--color-line-strong)",
    borderRadius: "var(--radius-sm)",
    backgroundImage: "none",
    backgroundColor: "var(--color-raised)",
    color: "var(--color-ink)",
    fontSize: "var(--text-xs)",
  },
  ".cm-panel.cm-search [name=close]": { color: "var(--color-muted)", fontSize: "1.25rem", padding: "0 0.5rem" },
  ".cm-panel.cm-search label": { fontSize: "var(--text-xs)" },
  ".cm-tooltip": {
    border: "none",
    borderRadius: "var(--radius-md)",
    backgroundColor: "var(--color-raised)",
    color: "var(--color-ink)",
    boxShadow: "var(--shadow-overlay)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", fontSize: "var(--text-xs)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.6rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--color-accent-soft)",
    color: "var(--color-ink)",
  },
  ".cm-error-line": { backgroundColor: "var(--color-danger-soft) !important" },
  ".cm-error-line-number": {
    backgroundColor: "var(--color-danger-soft) !important",
    color: "var(--color-danger-ink) !important",
    fontWeight: "600",
  },
  ".cm-error-message": {
    padding: "0.15rem 0.75rem 0.3rem 0.5rem",
    backgroundColor: "var(--color-danger-soft)",
    color: "var(--color-danger-ink)",
    fontFamily: "var(--font-sans)",
    fontSize: "var(--text-xs)",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
});

export const appearance = [look, syntaxHighlighting(colours)];
