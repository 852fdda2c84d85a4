import ImageOff from "lucide-react/icons/image-off";
import type { Token, Tokens } from "marked";
import { createContext, Fragment, lazy, Suspense, use, type ReactNode } from "react";
import { CodeBlock } from "./code-block.tsx";
import { decodeCharacters } from "./decode-characters.ts";
import { languageOf, type MarkdownToken } from "./read-tokens.ts";
import { safeLink, safePicture } from "./safe-address.ts";

const LazyFormula = lazy(async () => ({ default: (await import("./formula.tsx")).Formula }));

function Formula(props: { tex: string; display: boolean }) {
  return (
    <Suspense fallback={<span>{props.tex}</span>}>
      <LazyFormula {...props} />
    </Suspense>
  );
}

/** The words of a text without its marks. */
function plainText(tokens: Token[]): string {
  return tokens
    .map((token) => {
      if ("tokens" in token && token.tokens) return plainText(token.tokens);
      return token.type === "text" ? token.text : token.raw;
    })
    .join("");
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

function Link({ token }: { token: Tokens.Link }) {
  const children = <Drawn tokens={token.tokens} />;
  const address = safeLink(token.autolink ? token.href : decodeCharacters(token.href));
  if (address === null) return <span>{children}</span>;
  const elsewhere = address.startsWith("#") ? {} : { target: "_blank", rel: "noopener noreferrer nofollow ugc" };
  return (
    <a href={address} title={token.title ? decodeCharacters(token.title) : undefined} {...elsewhere}>
      {children}
    </a>
  );
}

function Picture({ token }: { token: Tokens.Image }) {
  const description = decodeCharacters(plainText(token.tokens));
  const address = safePicture(token.href);
  if (address !== null) return <img src={address} alt={description} loading="lazy" />;
  return (
    <span className="picture-refused">
      <ImageOff aria-hidden="true" />
      {description
        ? `${description} (pictures from other sites are not loaded)`
        : "A picture from another site, not loaded"}
    </span>
  );
}

function Table({ token }: { token: Tokens.Table }) {
  const cell = (Cell: "th" | "td", content: Tokens.TableCell, index: number) => (
    <Cell key={index} style={content.align ? { textAlign: content.align } : undefined}>
      <Drawn tokens={content.tokens} />
    </Cell>
  );
  return (
    // A wide table must be scrollable by keyboard; a fieldset would be a form's.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-scroller" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>{token.header.map((content, index) => cell("th", content, index))}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- rows never change places
            <tr key={index}>{row.map((content, column) => cell("td", content, column))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- items never change places
    <li key={index} className={item.task ? "task-list-item" : undefined}>
      <Drawn tokens={item.tokens} />
    </li>
  ));
  const className = token.items.some((item) => item.task) ? "contains-task-list" : undefined;
  if (!token.ordered) return <ul className={className}>{items}</ul>;
  return (
    <ol className={className} start={token.start === 1 || token.start === "" ? undefined : token.start}>
      {items}
    </ol>
  );
}

/** Tokens as elements. HTML is shown as the text that it is; nothing is ever set as HTML. */
export function Drawn({ tokens }: { tokens: Token[] }) {
  return tokens.map((token, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- tokens never change places
    <Fragment key={index}>{draw(token as MarkdownToken)}</Fragment>
  ));
}

function draw(token: MarkdownToken): ReactNode {
  switch (token.type) {
    case "paragraph":
      return (
        <p>
          <Drawn tokens={token.tokens} />
        </p>
      );
    case "text":
      return token.tokens ? <Drawn tokens={token.tokens} /> : decodeCharacters(token.text);
    case "heading":
      return (
        <Heading depth={token.depth}>
          <Drawn tokens={token.tokens} />
        </Heading>
      );
    case "code":
      return <CodeBlock code={token.text} language={languageOf(token)} closed />;
    case "codespan":
      return <code>{token.text}</code>;
    case "strong":
      return (
        <strong>
          <Drawn tokens={token.tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Drawn tokens={token.tokens} />
        </em>
      );
    case "del":
      // One tilde is "about" more often than it is a mistake.
      return token.raw.startsWith("~~") ? (
        <del>
          <Drawn tokens={token.tokens} />
        </del>
      ) : (
        <>
          ~<Drawn tokens={token.tokens} />~
        </>
      );
    case "link":
      return <Link token={token} />;
    case "image":
      return <Picture token={token} />;
    case "list":
      return <List token={token} />;
    case "checkbox":
      return (
        <input
          type="checkbox"
          checked={token.checked}
          readOnly
          disabled
          aria-label={token.checked ? "Done" : "Not done"}
        />
      );
    case "table":
      return <Table token={token} />;
    case "blockquote":
      return (
        <blockquote>
          <Drawn tokens={token.tokens} />
        </blockquote>
      );
    case "hr":
      return <hr />;
    case "br":
      return <br />;
    case "math":
      return <Formula tex={token.tex} display={token.display} />;
    case "footnoteReference":
      return <sup>{token.label}</sup>;
    case "footnote":
      return (
        <aside className="footnote">
          <sup>{token.label}</sup>
          <Drawn tokens={token.tokens} />
        </aside>
      );
    case "html":
      return token.block ? <p>{token.text.trimEnd()}</p> : token.text;
    case "escape":
      return token.text;
    case "space":
    case "def":
      return null;
    default:
      return (token as Token).raw;
  }
}
