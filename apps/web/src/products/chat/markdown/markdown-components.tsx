import ImageOff from "lucide-react/icons/image-off";
import { isValidElement, type ReactNode } from "react";
import type { Components } from "react-markdown";
import { CodeBlock } from "./code-block.tsx";

/** All text below a React node. */
export function textIn(node: ReactNode): string {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return node.map(textIn).join("");
  if (isValidElement<{ children?: ReactNode }>(node)) return textIn(node.props.children);
  return "";
}

/** How each element of Markdown is drawn. Headings start below those of the page. */
export const markdownComponents = {
  h1: ({ children }) => <h3 className="heading-1">{children}</h3>,
  h2: ({ children }) => <h4 className="heading-2">{children}</h4>,
  h3: ({ children }) => <h5 className="heading-3">{children}</h5>,
  h4: ({ children }) => <h6 className="heading-4">{children}</h6>,
  h5: ({ children }) => <h6 className="heading-4">{children}</h6>,
  h6: ({ children }) => <h6 className="heading-4">{children}</h6>,
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
