import { stat } from "node:fs/promises";
import { skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults } from "../support/browser.ts";
import { cells, editor, grid, newTab, patient, saved, workbenchInBrowser, write } from "../support/workbench.ts";

const oddTable = `o'clock."x" 🐙`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const oddColumns = ["a.b", "select", `qu"ote`, "🐙", " "];

skipUnless("chromium")("the SQL workbench under strain", () => {
  const { chat, atWorkbench, holdUp } = workbenchInBrowser(`
    CREATE TABLE waited (id int); INSERT INTO waited SELECT generate_series(1, 300);
    DO $$ BEGIN EXECUTE 'CREATE TABLE wide AS SELECT ' || (SELECT string_agg(format('%s AS c%s', n, n), ', ') FROM generate_series(1, 1600) n)
      || ' FROM generate_series(1, 300)'; END $$;
    CREATE TABLE stored AS SELECT 1 AS id, repeat('0123456789', 20000000) AS big;
    CREATE TABLE ${quoted(oddTable)} (${oddColumns.map((name) => `${quoted(name)} text`).join(", ")});
    INSERT INTO ${quoted(oddTable)} VALUES ('one', 'two', 'three', 'four', 'five')`);

  /** Bytes that JavaScript holds in the page and in the worker that has the rows, rubbish taken away. */
  async function heap(page: Page) {
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    await session.detach();
    return usedSize;
  }
  const parts = (page: Page) => grid(page).locator("*").count();

  it("a million rows are scrolled, sorted, filtered, counted and copied, with as many parts in the page as for a screenful", async () => {
    const context = await chat.open();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const limits = { seconds: 300, rows: 1_000_000, bytes: 400 * 1024 * 1024, cost: null };
    const { page, said } = await atWorkbench(context, { limits });
    await newTab(page);
    await write(
      page,
      "SELECT n, 'name ' || n AS name, (n * 7919::bigint) % 1000003 AS mixed FROM generate_series(1, 1000000) n",
    );
    const before = await heap(page);
    await page.keyboard.press("Control+Enter");
    await page.getByText("1,000,000 rows", { exact: true }).waitFor({ timeout: 90_000 });
    await grid(page).focus();
    await page.keyboard.press("Control+End");
    await expect.poll(() => cells(page, 999_999), patient).toEqual(["1,000,000", "1000000", "name 1000000", "976246"]);
    await grid(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
    await expect
      .poll(async () => (await grid(page).locator('[data-cell$=":0"]').first().innerText()).length, patient)
      .toBe(6);
    await page.keyboard.press("Control+Home");
    await expect.poll(() => cells(page, 0), patient).toEqual(["1", "1", "name 1", "7919"]);
    // Through a good part of it, as by dragging the bar.
    for (let share = 0.05; share < 1; share += 0.05) {
      await grid(page).evaluate((element, at) => element.scrollTo({ top: at * element.scrollHeight }), share);
      await grid(page).locator('[data-cell$=":1"]').getByText(/^name/).first().waitFor();
    }
    expect(await parts(page)).toBeLessThan(400);

    await grid(page).getByRole("button", { name: "Menu of mixed" }).click();
    await page.getByRole("menuitem", { name: "Sort descending" }).click();
    await grid(page).focus();
    await page.keyboard.press("Control+Home");
    await expect.poll(() => cells(page, 0).then((row) => row[3]), { timeout: 90_000 }).toBe("1000002");
    await grid(page).getByRole("button", { name: "Menu of name" }).click();
    await page.getByRole("menuitem", { name: "Filter…" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Value" }).fill("77777");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByText("19 of 1,000,000 rows").waitFor({ timeout: 90_000 });
    await grid(page).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+c");
    await page.getByText("Copied 19 × 3 cells").first().waitFor();
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied.split("\n").every((line) => line.includes("name ") && line.includes("77777"))).toBe(true);
    await page.getByRole("button", { name: "Show all" }).click();
    await grid(page).getByRole("button", { name: "Menu of mixed" }).click();
    await page.getByRole("menuitem", { name: "Figures of the column…" }).click();
    await page.getByRole("dialog").getByText("1000002").first().waitFor({ timeout: 120_000 });
    await page.keyboard.press("Escape");

    const grown = (await heap(page)) - before;
    process.stdout.write(
      `\nheap of the page after a million rows: ${(grown / 2 ** 20).toFixed(1)} MiB more than before; ${await parts(page)} parts in the grid\n`,
    );
    expect(grown).toBeLessThan(40 * 2 ** 20);
    expect(said).toEqual([]);
    // A million rows are read three times over, on a machine that may have more to do.
  }, 300_000);

  it("a reload, another window and a lost network: the statement goes on, and its rows come", async () => {
    const context = await chat.open();
    const { page, address } = await atWorkbench(context);
    let release = await holdUp("waited");
    await newTab(page);
    await write(page, "SELECT id FROM waited ORDER BY id");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("progressbar", { name: "The statement runs" }).waitFor();
    // At once: the tab has not been saved since it was written.
    await page.reload();
    await expect.poll(() => editor(page).innerText(), patient).toContain("FROM waited");
    await page.getByRole("progressbar", { name: "The statement runs" }).waitFor();
    await saved(page);
    const other = await context.newPage();
    await other.goto(address);
    await other.getByRole("progressbar", { name: "The statement runs" }).waitFor();
    await release();
    await page.getByText("300 rows", { exact: true }).waitFor();
    await other.getByText("300 rows", { exact: true }).waitFor();
    await other.close();

    release = await holdUp("waited");
    await page.getByRole("button", { name: "Run again, past the cache" }).click();
    await page.getByRole("progressbar", { name: "The statement runs" }).waitFor();
    await context.setOffline(true);
    await release();
    await context.setOffline(false);
    await page.getByText("300 rows", { exact: true }).waitFor();
    await grid(page).getByText("12", { exact: true }).first().waitFor();
  });

  it("1,600 columns are drawn as far as they are seen, and reached by keys", async () => {
    const context = await chat.open();
    const { page, said } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT * FROM wide");
    await page.keyboard.press("Control+Enter");
    await page.getByText("300 rows", { exact: true }).waitFor();
    expect(await parts(page)).toBeLessThan(3000);
    await page.keyboard.press("F6");
    await page.keyboard.press("Control+ArrowRight");
    await grid(page)
      .getByRole("button", { name: /^c1600/ })
      .waitFor();
    await expect.poll(() => cells(page, 0).then((row) => row.at(-1))).toBe("1600");
    expect(await parts(page)).toBeLessThan(3000);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(said).toEqual([]);
  });

  it("names with quotes, dots and pictures are completed, shown, copied and found in the schema", async () => {
    const context = await chat.open();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const { page, said, address } = await atWorkbench(context);
    await page.goto(address.replace(/sql$/, "schema"));
    const tables = page.getByRole("list", { name: "Tables" });
    await tables.getByRole("link", { name: oddTable }).click({ timeout: 60_000 });
    await page.getByRole("heading", { name: oddTable }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: oddTable }).waitFor();
    await page.getByRole("region", { name: "Columns" }).getByText(`qu"ote`).waitFor();
    await page.goto(address);
    await newTab(page);
    await editor(page).focus();
    await page.keyboard.type("SELECT * FROM o", { delay: 5 });
    await page.locator(".cm-tooltip-autocomplete").getByText(oddTable).click();
    await expect.poll(() => editor(page).innerText()).toContain(`FROM ${quoted(oddTable)}`);
    await page.keyboard.press("Control+Enter");
    await page.getByText("1 row", { exact: true }).waitFor();
    await expect.poll(() => cells(page, 0), patient).toEqual(["1", "one", "two", "three", "four", "five"]);
    await page.getByRole("button", { name: "Copy as" }).click();
    await page.getByRole("menuitem", { name: "INSERT statement" }).click();
    await page.getByText("Copied 1 × 5 cells").first().waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain(oddColumns.map(quoted).join(", "));
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goBack();
    await page.getByRole("heading", { name: oddTable }).waitFor();
    expect(said).toEqual([]);
  });

  it("200 MB in one cell are shown as far as they were passed on, with what to select to read on, and can be saved whole", async () => {
    const context = await chat.open();
    const { page, said } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT id, big FROM stored");
    await page.keyboard.press("Control+Enter");
    await page.getByText("1 row", { exact: true }).waitFor();
    await grid(page).locator('[data-cell="0:1"]').dblclick();
    const dialog = page.getByRole("dialog", { name: "big, row 1" });
    await dialog.getByText(/^Only the first [\d,]+ characters$/).waitFor();
    const more = await dialog.getByText(/^substring\(/).innerText();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await write(page, `SELECT length(${more}) AS further FROM stored`);
    await page.keyboard.press("Control+Enter");
    await grid(page).getByText("10000", { exact: true }).waitFor();

    await write(page, "SELECT id, left(big, 3000000) AS part FROM stored");
    await page.keyboard.press("Control+Enter");
    await grid(page).locator('[data-cell="0:1"]').dblclick();
    const coming = page.waitForEvent("download");
    await page
      .getByRole("dialog", { name: "part, row 1" })
      .getByRole("button", { name: "Download the whole value" })
      .click();
    const file = await coming;
    expect(file.suggestedFilename()).toBe("part, row 1.txt");
    expect((await stat(await file.path())).size).toBe(3_000_000);
    expect(said).toEqual([]);
  });
});
