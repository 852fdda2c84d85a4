import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { arrived, chatInBrowser, endedAnswer, send } from "../support/chat.ts";

/** Parts with a heading, prose, a list, code and a table, as models write them. */
const parts = 80;
const part = (n: number) =>
  `## Part ${n}\n\nThe **answer** arrives word by word, and goes on for a few sentences so that lines wrap.\n\n` +
  `- a point about part ${n}\n- another one\n\n\`\`\`ts\nexport const part${n} = ${n};\n\`\`\`\n\n` +
  `| city | people |\n| --- | --- |\n| Lyon | 522,250 |\n| Lille | 236,710 |\n\n`;
const article = Array.from({ length: parts }, (_, index) => part(index + 1)).join("");

/** The blocks of the last answer: all, and those that the browser lays out and paints. */
const blocks = `(() => {
  const all = [...[...document.querySelectorAll("article .markdown")].at(-1).children];
  const drawn = all.filter((block) => block.firstElementChild?.checkVisibility({ contentVisibilityAuto: true }) ?? false);
  return { all: all.length, withInside: all.filter((block) => block.firstElementChild).length, drawn: drawn.length };
})()`;
type Blocks = { all: number; withInside: number; drawn: number };

skipUnless("chromium")("a long answer", () => {
  const chat = chatInBrowser();

  it("costs the browser only the blocks in sight, while it arrives and afterwards, and can be read from end to end", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    chat.models.setBehaviour({ text: article, chunks: 400, delayMs: 10 });
    await send(page, "Tell me everything.");
    await arrived(page, article.length / 3);
    const during = await page.evaluate<Blocks>(blocks);
    expect(during.all).toBeGreaterThan(60);
    expect(during.drawn).toBeLessThan(during.withInside / 2);
    await endedAnswer(page);
    await expect.poll(async () => (await page.evaluate<Blocks>(blocks)).withInside).toBeGreaterThan(parts * 2);
    const after = await page.evaluate<Blocks>(blocks);
    // What fits into the window, and some beyond its edges: not a share of the answer.
    expect(after.drawn).toBeLessThan(40);

    // The end is in sight, as it was all along.
    await page.getByRole("heading", { name: `Part ${parts}`, exact: true }).waitFor();
    const gap = `(() => { const e = document.querySelector("[role=log]"); return e.scrollHeight - e.scrollTop - e.clientHeight; })()`;
    await expect.poll(() => page.evaluate<number>(gap)).toBeLessThan(2);
    // What has been in sight keeps its height, so that nothing jumps on the way back to the beginning.
    const height = `document.querySelector("[role=log]").scrollHeight`;
    const before = await page.evaluate<number>(height);
    await page.evaluate(`document.querySelector("[role=log]").scrollTo({ top: 0 })`);
    await expect.poll(() => page.evaluate<number>(`document.querySelector("[role=log]").scrollTop`)).toBe(0);
    await page.getByText("a point about part 1", { exact: true }).waitFor();
    await expect.poll(async () => Math.abs((await page.evaluate<number>(height)) - before)).toBeLessThan(before / 50);

    // Somebody who opens it anew has all of it, and reaches its beginning.
    await page.reload();
    await page.getByRole("heading", { name: `Part ${parts}`, exact: true }).waitFor();
    await expect.poll(() => page.evaluate<number>(gap)).toBeLessThan(2);
    await page.getByRole("heading", { name: "Part 1", exact: true }).scrollIntoViewIfNeeded();
    await expect
      .poll(() =>
        page.evaluate<boolean>(`[...document.querySelectorAll("article h2")].some((heading) =>
        heading.textContent === "Part 1" && Math.abs(heading.getBoundingClientRect().top) < innerHeight)`),
      )
      .toBe(true);
    expect(await page.locator("article .markdown").last().textContent()).toContain(`part${parts} = ${parts}`);
  });
});
