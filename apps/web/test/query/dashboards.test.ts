import { connectionBody, createTestDatabase, skipUnless } from "@mindmesh/test-support";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityFaults, complaints, phone } from "../support/browser.ts";
import { chatInBrowser } from "../support/chat.ts";
import { saved } from "../support/workbench.ts";

skipUnless("chromium")("dashboards and alerts in a browser", () => {
  const site = chatInBrowser({ environment: () => ({ OUTBOUND_ALLOW_PRIVATE: "127.0.0.1" }) });
  let database: Awaited<ReturnType<typeof createTestDatabase>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.run(`
      DROP SCHEMA IF EXISTS chat, query, kernel, pgboss CASCADE;
      CREATE TABLE sales (country text, sold_on date, total numeric(12, 2));
      INSERT INTO sales SELECT (ARRAY['Chile', 'Kenya', 'Norway'])[n % 3 + 1], '2026-01-01'::date + n, n * 10.5
        FROM generate_series(1, 90) n;
      ANALYZE`);
  }, 120_000);

  afterAll(() => database?.drop());

  /** A person with a connection and a saved query. */
  async function withSavedQuery(context: BrowserContext) {
    const { workspaceId } = await site.signUp(context);
    const base = `/api/workspaces/${workspaceId}/query`;
    const made = await context.request.post(`${base}/connections`, {
      data: connectionBody(database.url),
    });
    expect(made.status(), await made.text()).toBe(201);
    const { id: connectionId } = (await made.json()) as { id: string };
    const saved = await context.request.post(`${base}/saved-queries`, {
      data: {
        connectionId,
        name: "Sales by country",
        sql: "SELECT country, sum(total) AS total FROM sales GROUP BY country ORDER BY country",
      },
    });
    expect(saved.status(), await saved.text()).toBeLessThan(300);
    const page = await context.newPage();
    return { page, faults: complaints(page), workspaceId, connectionId };
  }

  it("a saved query becomes a chart on a dashboard, which a reload and a phone show too", async () => {
    const context = await site.open();
    const { page, faults, workspaceId } = await withSavedQuery(context);
    await page.goto(`/w/${workspaceId}/query/dashboards`);
    await page.getByText("No dashboards yet").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "New dashboard" }).first().click();
    await page.getByText("An empty dashboard").waitFor();
    await page.getByRole("button", { name: "Add a tile" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Add a tile" });
    await dialog.getByRole("combobox", { name: "Saved query" }).click();
    await page.getByRole("option", { name: /Sales by country/ }).click();
    // Bars fit a few categories; the suggestion is drawn before anything is kept.
    await dialog.getByRole("figure", { name: /bar chart of total by country, 3 places/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    const tile = page.getByRole("region", { name: "Sales by country" });
    await tile.getByRole("figure", { name: /bar chart of total by country/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.reload();
    await tile.getByText("Norway").first().waitFor();
    await tile.getByRole("button", { name: "Actions of Sales by country" }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    await page.getByText("An empty dashboard").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await tile.getByRole("figure").waitFor();
    await page.setViewportSize(phone.viewport);
    await tile.getByRole("figure").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("an alert is made, a schedule that is none is said at its field, and the list shows when it is next", async () => {
    const context = await site.open();
    const { page, faults, workspaceId } = await withSavedQuery(context);
    await page.goto(`/w/${workspaceId}/query/alerts`);
    await page.getByText("No alerts yet").waitFor();
    await page.getByRole("button", { name: "New alert" }).first().click();
    const dialog = page.getByRole("dialog", { name: "New alert" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("Too little sold");
    await dialog.getByRole("combobox", { name: "Saved query" }).click();
    await page.getByRole("option", { name: "Sales by country" }).click();
    await dialog.getByRole("textbox", { name: /^Column/ }).fill("total");
    await dialog.getByRole("combobox", { name: /^When/ }).click();
    await page.getByRole("option", { name: "Another time (cron)" }).click();
    await dialog.getByRole("textbox", { name: /^Cron expression/ }).fill("* * * * *");
    await dialog.getByRole("button", { name: "Make" }).click();
    await dialog.getByText("Must leave at least five minutes between two times.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("textbox", { name: /^Cron expression/ }).fill("0 9 * * 1");
    await dialog.getByRole("button", { name: "Make" }).click();
    const row = page.getByRole("row", { name: /Too little sold/ });
    await row.getByText("not checked yet").waitFor();
    await row.getByText(/total > 0/).waitFor();
    await page.setViewportSize(phone.viewport);
    await row.getByText(/^next /).waitFor();
    // A name has the room to be read, and nothing stands beside the screen.
    expect(await row.getByText("Too little sold").evaluate((name) => name.getClientRects().length)).toBe(1);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults.filter((fault) => !fault.includes("422"))).toEqual([]);
  });

  it("a result is drawn as a chart beside its rows", async () => {
    const context = await site.open();
    const { page, faults, workspaceId, connectionId } = await withSavedQuery(context);
    await page.goto(`/w/${workspaceId}/query/c/${connectionId}/sql`);
    await page.getByRole("button", { name: "New query" }).first().click();
    const editor = page.getByRole("textbox", { name: /^SQL of/ });
    await editor.waitFor();
    await editor.focus();
    const { promise: released, resolve: releaseSaves } = Promise.withResolvers<void>();
    await page.route("**/tabs/*", async (route) => {
      await released;
      await route.continue();
    });
    await page.keyboard.insertText("SELECT sold_on, total FROM sales ORDER BY total % 7, sold_on");
    await page.keyboard.press("Control+Enter");
    await page.getByText("90 rows", { exact: true }).waitFor();
    await page.getByRole("radio", { name: "Chart" }).click();
    const figure = page.getByRole("figure", { name: /line chart of total by sold_on, 90 places/ });
    await figure.waitFor();
    // Time goes on along the axis, whatever the order of the rows.
    const days = () =>
      figure
        .locator("svg text")
        .filter({ hasText: /^2026-/ })
        .allTextContents();
    await expect.poll(async () => (await days()).length).toBeGreaterThan(2);
    expect(await days()).toEqual((await days()).toSorted());
    // The tab is saved while somebody looks at the chart: that must not take it away.
    await figure.evaluate((element) => element.setAttribute("data-seen", "yes"));
    releaseSaves();
    await saved(page);
    expect(await figure.getAttribute("data-seen")).toBe("yes");
    await page.getByRole("combobox", { name: "Drawn as" }).click();
    await page.getByRole("option", { name: "Bars" }).click();
    await page.getByRole("combobox", { name: "Along the axis" }).click();
    await page.getByRole("option", { name: /^total/ }).click();
    await page.getByRole("figure", { name: /bar chart of total by total, 90 places/ }).waitFor();
    await page.getByRole("checkbox", { name: "total" }).uncheck();
    await page.getByText("Choose a column to draw.").waitFor();
    await page.getByRole("checkbox", { name: "total" }).check();
    await page.getByRole("figure", { name: /bar chart of total by total/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("radio", { name: "Plan" }).click();
    await page.getByRole("tree").waitFor();
    expect(faults).toEqual([]);
  });
});
