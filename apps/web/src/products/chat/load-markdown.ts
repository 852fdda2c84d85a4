/** The Markdown part of the page, which comes after the first paint. */
export const loadMarkdown = () => import("./markdown/markdown.tsx");
