import { type CopiedCall, inLines, partsOf, stateInWords } from "./calls-in-text.ts";
import type { BranchMessage } from "./read-branch.ts";

/** No script, no frame, nothing from elsewhere, whatever the text holds. */
export const publishedPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox";

const style = `
:root{color-scheme:light dark;--ink:#1c1d22;--soft:#62656f;--line:#e4e5ea;--paper:#fff;--tint:#f4f5f8}
@media(prefers-color-scheme:dark){:root{--ink:#e8e9ee;--soft:#9a9daa;--line:#2d2f38;--paper:#131419;--tint:#1c1e25}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem 4rem}h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
.note{color:var(--soft);font-size:.875rem;margin:0 0 2rem}article{padding:1rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
article>header{color:var(--soft);font-size:.8125rem;font-weight:600;margin-bottom:.25rem}
article.user>div{background:var(--tint);border-radius:.75rem;padding:.75rem 1rem}
pre{background:var(--tint);padding:.75rem 1rem;border-radius:.5rem;overflow:auto;font-size:.875rem}
code{font-family:ui-monospace,monospace}table{border-collapse:collapse;display:block;overflow:auto}
td,th{border:1px solid var(--line);padding:.25rem .625rem;text-align:left}img{max-width:100%}
details{margin:.5rem 0;border:1px solid var(--line);border-radius:.5rem;padding:.375rem .75rem;font-size:.875rem}
summary{cursor:pointer}summary>span{color:var(--soft)}details p{margin:.5rem 0 .25rem;color:var(--soft)}details pre{margin:0;white-space:pre-wrap}
blockquote{margin-inline:0;padding-left:1rem;border-left:3px solid var(--line);color:var(--soft)}a{color:inherit}`;

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? "");

interface HtmlNode {
  type: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: HtmlNode[];
}

/** What scrolls can be reached by keyboard, and a ticked box says what it is. */
function makeAccessible(node: HtmlNode): void {
  if (node.tagName === "pre" || node.tagName === "table") node.properties = { ...node.properties, tabIndex: 0 };
  if (node.tagName === "input") {
    node.properties = { ...node.properties, ariaLabel: node.properties?.["checked"] ? "Done" : "To do" };
  }
  for (const child of node.children ?? []) makeAccessible(child);
}

/** Markdown to HTML that holds no script, no style and no link but to the web and mail. */
async function renderMarkdown(text: string): Promise<string> {
  const [{ unified }, parse, gfm, math, toHtmlTree, sanitize, katex, stringify] = await Promise.all([
    import("unified"),
    import("remark-parse"),
    import("remark-gfm"),
    import("remark-math"),
    import("remark-rehype"),
    import("rehype-sanitize"),
    import("rehype-katex"),
    import("rehype-stringify"),
  ]);
  const schema = {
    ...sanitize.defaultSchema,
    attributes: {
      ...sanitize.defaultSchema.attributes,
      // remark-math marks formulas by class; KaTeX, which runs after the sanitiser, turns them into MathML.
      code: [["className", /^language-./, "math-inline", "math-display"] as [string, ...(string | RegExp)[]]],
    },
    protocols: { ...sanitize.defaultSchema.protocols, src: ["data"] },
  };
  const file = await unified()
    .use(parse.default)
    .use(gfm.default)
    .use(math.default)
    .use(toHtmlTree.default)
    .use(sanitize.default, schema)
    .use(() => makeAccessible)
    .use(katex.default, { output: "mathml", maxExpand: 200, maxSize: 20 })
    .use(stringify.default)
    .process(text);
  return String(file);
}

export interface PublishedMessage extends BranchMessage {
  calls: CopiedCall[];
}

/** Characters of arguments and of a result that the page shows. */
const mostShown = 10_000;

/** A call, folded: HTML needs no script for that. */
function callAsHtml({ tool, title, state, input, output, error, cut }: CopiedCall): string {
  const block = (label: string, json: string) => {
    const whole = inLines(json);
    const shown = whole.length > mostShown ? `${whole.slice(0, mostShown).toWellFormed()}\n…` : whole;
    return `<p>${label}</p><pre tabindex="0">${escape(shown)}</pre>`;
  };
  const parts = [
    block("Arguments", input || "{}"),
    output === null ? "" : block("Result", output),
    cut.length === 0 ? "" : `<p>Cut: ${escape(cut.join("; "))}</p>`,
    error === null ? "" : `<p>${escape(error)}</p>`,
  ];
  return `<details><summary>${escape(title)} <span>(${escape(tool)}), ${stateInWords[state]}</span></summary>${parts.join("")}</details>`;
}

async function renderMessage({ text, calls }: PublishedMessage): Promise<string> {
  const parts = partsOf(text, calls).map(
    async (part) => (part.text === "" ? "" : await renderMarkdown(part.text)) + part.calls.map(callAsHtml).join(""),
  );
  return (await Promise.all(parts)).join("");
}

/** The page behind a public link. */
export async function publishedPage(title: string, messages: PublishedMessage[]): Promise<string> {
  const articles = await Promise.all(
    messages.map(
      async (message) =>
        `<article class="${message.role}"><header>${message.role === "user" ? "Question" : escape(message.model ?? "Answer")}</header><div>${await renderMessage(message)}</div></article>`,
    ),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex, nofollow, noarchive"><title>${escape(title)}</title><style>${style}</style></head><body><main><h1>${escape(title)}</h1><p class="note">A conversation published from Mindmesh. Read only.</p>${articles.join("")}</main></body></html>`;
}
