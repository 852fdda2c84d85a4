import "../../../code/code-colours.css";
import "./markdown.css";
import { useLayoutEffect, useMemo, useState } from "react";
import { createBlockSplitter, type Block } from "./blocks.ts";
import { CodeBlock } from "./code-block.tsx";
import { FirstHeading } from "./draw-tokens.tsx";
import { MarkdownBlock } from "./markdown-block.tsx";

/** Longer texts are shown as they are: reading them as Markdown would stop the page for seconds. */
const longest = 400_000;

type MarkdownProps = {
  text: string;
  /** Told after every drawing. */
  onDrawn?: () => void;
};

/** A Markdown text, also one that grows; only blocks that changed are drawn again. */
export function Markdown({ text, onDrawn }: MarkdownProps) {
  const [split] = useState(createBlockSplitter);
  const blocks = useMemo(() => {
    try {
      return text.length > longest ? null : split(text);
    } catch {
      return null; // Nested so deep that no parser gets through: a text made to do harm.
    }
  }, [split, text]);
  useLayoutEffect(() => onDrawn?.());
  if (!blocks) return <div className="markdown whitespace-pre-wrap break-words">{text}</div>;
  const firstHeading = /^ {0,3}(#{1,6})\s/m.exec(text)?.[1]?.length ?? 1;
  return (
    <FirstHeading value={firstHeading}>
      <div className="markdown">
        {blocks.map((block, index) => (
          // Blocks never change places: text only grows at its end.
          // oxlint-disable-next-line react/no-array-index-key
          <BlockView key={index} block={block} />
        ))}
      </div>
    </FirstHeading>
  );
}

function BlockView({ block }: { block: Block }) {
  return block.kind === "code" ? (
    <CodeBlock code={block.code} language={block.language} closed={block.closed} />
  ) : (
    <MarkdownBlock source={block.source} />
  );
}
