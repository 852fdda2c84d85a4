import { readFile } from "node:fs/promises";
import { manyTables, skipUnless, storeCatalog } from "@mindmesh/test-support";
import type { BrowserContext, Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults, complaints, phone } from "../support/browser.ts";
import { chatInBrowser } from "../support/chat.ts";

const key = (schema: string, name: string) => JSON.stringify([schema, name]);

skipUnless("chromium")("the diagram of a schema in a browser", () => {
  const site = chatInBrowser();

  async function open(context: BrowserContext, count: number, schemas = 1) {
    const { workspaceId } = await site.signUp(context);
    const tables = manyTables(count, schemas);
    const connectionId = await storeCatalog(site.server, workspaceId, tables);
    const page = await context.newPage();
    const faults = complaints(page);
    const address = `/w/${workspaceId}/query/c/${connectionId}/diagram`;
    await page.goto(address);
    await arranged(page, count);
    return { page, faults, tables, workspaceId, connectionId, address };
  }

  const arranged = (page: Page, count: number) =>
    page
      .getByRole("toolbar", { name: "Diagram" })
      .getByText(`${count.toLocaleString("en")} tables`)
      .waitFor();

  async function find(page: Page, name: string) {
    await page.getByRole("button", { name: "Find", exact: true }).click();
    await page.getByRole("combobox", { name: "Find a table" }).fill(name);
    await page.keyboard.press("Enter");
  }

  it("a table is found by typing, its neighbours are shown alone, and the address keeps it over a reload", async () => {
    const { page, faults, tables } = await open(await site.open(), 60);
    const wanted = tables.find(({ foreignKeys }) => foreignKeys.length > 1);
    if (!wanted) throw new Error("no table with two keys");
    await find(page, wanted.name);
    const card = page.getByRole("region", { name: `Table ${wanted.name}` });
    await card.getByText(/refers to \d+/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await card.getByRole("button", { name: "Neighbours" }).click();
    await expect.poll(() => page.locator(".react-flow__node").count()).toBeLessThan(30);
    const related = wanted.foreignKeys.map(({ to }) => to.name);
    for (const name of related) await page.locator(".react-flow__node").getByText(name, { exact: true }).waitFor();
    await page.reload();
    await card.getByRole("button", { name: "Show all" }).click();
    await arranged(page, 60);
    expect(faults).toEqual([]);
  });

  it("the way between two tables is named, and where there is none that is said", async () => {
    const { page, tables, faults } = await open(await site.open(), 60);
    const from = tables.find(({ foreignKeys }) => foreignKeys.length > 0);
    const over = tables.find((table) => table.name === from?.foreignKeys[0]?.to.name);
    const lonely = tables.find(
      (table) =>
        table.foreignKeys.length === 0 &&
        !tables.some((each) => each.foreignKeys.some(({ to }) => to.name === table.name)),
    );
    if (!from || !over || !lonely) throw new Error("no two related tables and a lonely one");
    await find(page, from.name);
    const card = page.getByRole("region", { name: `Table ${from.name}` });
    await card.getByRole("button", { name: "Path to…" }).click();
    await page.getByRole("combobox", { name: "Way to another table" }).fill(over.name);
    await page.keyboard.press("Enter");
    await card.getByText(`${from.name} → ${over.name}`).waitFor();
    await card.getByRole("button", { name: "Path to…" }).click();
    await page.getByRole("combobox", { name: "Way to another table" }).fill(lonely.name);
    await page.keyboard.press("Enter");
    await card.getByText("No relation leads from here to there.").waitFor();
    expect(faults).toEqual([]);
  });

  it("a moved table stands where it was put, after a reload and on another device, and hidden ones come back", async () => {
    const context = await site.open();
    const { page, tables, address, faults } = await open(context, 12);
    const name = tables[3]?.name ?? "";
    const node = page.locator(`.react-flow__node[aria-label="Table ${name}"]`);
    const before = await node.boundingBox();
    if (!before) throw new Error("the table is not drawn");
    await page.mouse.move(before.x + 40, before.y + 10);
    await page.mouse.down();
    await page.mouse.move(before.x + 140, before.y + 110, { steps: 8 });
    const saved = page.waitForResponse((response) => response.request().method() === "PUT");
    await page.mouse.up();
    expect((await saved).status()).toBe(204);
    const places = JSON.stringify(await site.server.sql("SELECT positions FROM query.diagram_arrangements"));
    expect(places).toContain(name);
    const other = await context.newPage();
    await other.goto(address);
    await arranged(other, 12);
    const stored = (
      await site.server.sql<{ positions: Record<string, { x: number; y: number }> }>(
        "SELECT positions FROM query.diagram_arrangements",
      )
    )[0]?.positions[key("public", name)];
    const transform = await other
      .locator(`.react-flow__node[aria-label="Table ${name}"]`)
      .evaluate((element) => element.style.transform);
    expect(transform).toContain(`${stored?.x}px`);
    await find(page, name);
    const hidden = page.waitForResponse((response) => response.request().method() === "PUT");
    await page.getByRole("button", { name: "Hide", exact: true }).click();
    await arranged(page, 11);
    await hidden;
    await page.getByRole("button", { name: "Show 1 hidden" }).click();
    await arranged(page, 12);
    expect(faults).toEqual([]);
  });

  it("the diagram is saved as SVG, PNG, DBML, Mermaid and SQL, with names as they are", async () => {
    const { page, tables } = await open(await site.open(), 12, 2);
    const beginnings = { "Picture (SVG)": "<svg", DBML: "Table", Mermaid: "erDiagram", "SQL statements": "CREATE" };
    for (const [label, beginning] of Object.entries(beginnings)) {
      await page.getByRole("button", { name: "Export" }).click();
      const download = page.waitForEvent("download");
      await page.getByRole("menuitem", { name: label }).click();
      const content = await readFile(await (await download).path(), "utf8");
      expect(content.startsWith(beginning), label).toBe(true);
      for (const { name } of tables) expect(content, label).toContain(name);
    }
    await page.getByRole("button", { name: "Export" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "Picture (PNG)" }).click();
    const png = await readFile(await (await download).path());
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.length).toBeGreaterThan(5000);
  });

  it("three thousand tables are drawn as a picture from afar, and as tables near by", async () => {
    const { page, faults } = await open(await site.open(), 3000, 6);
    await expect.poll(() => page.locator(".react-flow__node").count()).toBe(0);
    await find(page, "price_product_");
    await expect.poll(() => page.locator(".react-flow__node").count()).toBeGreaterThan(0);
    expect(await page.locator(".react-flow__node").count()).toBeLessThan(200);
    expect(faults).toEqual([]);
  });

  it("a phone shows it too, and a schema that was never read says what to do", async () => {
    const context = await site.open(phone);
    const { page, faults, workspaceId, connectionId, address } = await open(context, 12);
    expect(await accessibilityFaults(page)).toEqual([]);
    await site.server.sql("DELETE FROM query.catalogs WHERE workspace_id = $1 AND connection_id = $2", [
      workspaceId,
      connectionId,
    ]);
    await page.goto(address);
    await page.getByText("Nothing to draw yet").waitFor();
    expect(faults.filter((fault) => !fault.includes("404"))).toEqual([]);
  });
});
