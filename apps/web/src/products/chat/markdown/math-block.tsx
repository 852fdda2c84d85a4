import "katex/dist/katex.min.css";
import ReactMarkdown from "react-markdown";
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";
import { markdownOptions } from "./markdown-block.tsx";

/** A block of Markdown with formulas in it. */
export function MathBlock({ source }: { source: string }) {
  return (
    <ReactMarkdown
      {...markdownOptions}
      remarkPlugins={[...markdownOptions.remarkPlugins, [remarkMath, { singleDollarTextMath: false }]]}
      rehypePlugins={[[rehypeKatex, { strict: false, trust: false, maxExpand: 500, maxSize: 40 }]]}
    >
      {source}
    </ReactMarkdown>
  );
}
