import ImageOff from "lucide-react/icons/image-off";
import { createContext, isValidElement, use, type ReactNode } from "react";
import type { Components } from "react-markdown";
import { CodeBlock } from "./code-block.tsx";

/** All text below a React node. */
export function textIn(node: ReactNode): string {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return node.map(textIn).join("");
  if (isValidElement<{ children?: ReactNode }>(node)) return textIn(node.props.children);
  return "";
}

/**
 * The depth of a text's first heading, 1 to 6. It is drawn as a heading of the second level, below that of the page, and
 * the others relative to it: models begin with any depth.
 */
export const FirstHeading = createContext(1);

function Heading({ depth, children }: { depth: number; children: ReactNode }) {
  const level = Math.min(6, Math.max(2, depth - use(FirstHeading) + 2));
  const Tag = `h${level}` as "h2" | "h3" | "h4" | "h5" | "h6";
  return <Tag className={`heading-${Math.min(4, depth)}`}>{children}</Tag>;
}

/** How each element of Markdown is drawn. */
export const markdownComponents = {
  h1: ({ children }) => <Heading depth={1}>{children}</Heading>,
  h2: ({ children }) => <Heading depth={2}>{children}</Heading>,
  h3: ({ children }) => <Heading depth={3}>{children}</Heading>,
  h4: ({ children }) => <Heading depth={4}>{children}</Heading>,
  h5: ({ children }) => <Heading depth={5}>{children}</Heading>,
  h6: ({ children }) => <Heading depth={6}>{children}</Heading>,
  a: ({ href, children }) =>
    href ? (
      <a href={href} {...(href.startsWith("#") ? {} : { target: "_blank", rel: "noopener noreferrer nofollow ugc" })}>
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  img: ({ src, alt }) =>
    typeof src === "string" && src !== "" ? (
      <img src={src} alt={alt ?? ""} loading="lazy" />
    ) : (
      <span className="picture-refused">
        <ImageOff aria-hidden="true" />
        {alt ? `${alt} (pictures from other sites are not loaded)` : "A picture from another site, not loaded"}
      </span>
    ),
  pre: ({ children }) => {
    const code = isValidElement<{ className?: string; children?: ReactNode }>(children) ? children.props : null;
    const language = /language-(\S+)/.exec(code?.className ?? "")?.[1] ?? "";
    return <CodeBlock code={textIn(code?.children).replace(/\n$/, "")} language={language} closed />;
  },
  table: ({ children }) => (
    // A wide table must be scrollable by keyboard; a fieldset would be a form's.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-scroller" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => (
    <input type="checkbox" checked={checked ?? false} readOnly disabled aria-label={checked ? "Done" : "Not done"} />
  ),
} satisfies Components;
