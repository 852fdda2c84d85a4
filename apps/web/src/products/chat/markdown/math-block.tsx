import { isValidElement, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkMath from "remark-math";
import { Formula } from "./formula.tsx";
import { markdownOptions } from "./markdown-block.tsx";
import { markdownComponents, textIn } from "./markdown-components.tsx";

const isMath = (className: string | undefined, kind: "inline" | "display") =>
  className?.split(" ").includes(`math-${kind}`) ?? false;

const Preformatted = markdownComponents.pre;

const components: Components = {
  ...markdownComponents,
  code: ({ className, children }) =>
    isMath(className, "inline") ? (
      <Formula tex={textIn(children)} display={false} />
    ) : (
      <code className={className}>{children}</code>
    ),
  pre: ({ children }) => {
    const code = isValidElement<{ className?: string; children?: ReactNode }>(children) ? children.props : null;
    if (isMath(code?.className, "display")) return <Formula tex={textIn(code?.children)} display />;
    return <Preformatted>{children}</Preformatted>;
  },
};

/** A block of Markdown with formulas in it. */
export function MathBlock({ source }: { source: string }) {
  return (
    <ReactMarkdown
      {...markdownOptions}
      components={components}
      remarkPlugins={[...markdownOptions.remarkPlugins, [remarkMath, { singleDollarTextMath: false }]]}
    >
      {source}
    </ReactMarkdown>
  );
}
