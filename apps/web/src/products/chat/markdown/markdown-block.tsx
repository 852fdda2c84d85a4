import { lazy, memo, Suspense } from "react";
import ReactMarkdown, { type Options } from "react-markdown";
import remarkGfm from "remark-gfm";
import { markdownComponents } from "./markdown-components.tsx";
import { hasMath, normaliseMath } from "./math-delimiters.ts";
import { safeLink, safePicture } from "./safe-address.ts";

export const markdownOptions = {
  remarkPlugins: [[remarkGfm, { singleTilde: false }]],
  components: markdownComponents,
  urlTransform: (address, key) => (key === "src" ? safePicture(address) : safeLink(address)),
} satisfies Options;

const MathBlock = lazy(async () => ({ default: (await import("./math-block.tsx")).MathBlock }));

/** One block of Markdown, drawn again only when its source changes. HTML in it is shown as text. */
export const MarkdownBlock = memo(function MarkdownBlock({ source }: { source: string }) {
  const normalised = normaliseMath(source);
  const plain = <ReactMarkdown {...markdownOptions}>{normalised}</ReactMarkdown>;
  if (!hasMath(normalised)) return plain;
  return (
    <Suspense fallback={plain}>
      <MathBlock source={normalised} />
    </Suspense>
  );
});
