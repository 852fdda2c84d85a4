import { readFile } from "node:fs/promises";
import { skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults, phone } from "../support/browser.ts";
import { cells, editor, grid, newTab, patient, saved, workbenchInBrowser, write } from "../support/workbench.ts";

/** Where pictures of the pages go, for who wants to look at them. */
const pictures = process.env["WORKBENCH_PICTURES"];

async function picture(page: Page, name: string) {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

skipUnless("chromium")("the SQL workbench in a browser", () => {
  const { chat, atWorkbench } = workbenchInBrowser(`
    CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, country text);
    CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, total numeric(40, 2), placed_at timestamptz);
    INSERT INTO customers SELECT n, 'Customer ' || n, (ARRAY['DE', 'FR', 'IT', NULL])[n % 4 + 1] FROM generate_series(1, 1000) n;
    INSERT INTO orders SELECT n, n % 1000 + 1, 12345678901234567890.25 + n, '2026-01-01'::timestamptz + n * interval '1 minute' FROM generate_series(1, 90000) n;
    ANALYZE`);

  it("a statement is written and run, its rows are exact to the last digit, and a reload finds all of it", async () => {
    const context = await chat.open();
    const { page, said } = await atWorkbench(context);
    await page.getByText("Nothing is open").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await newTab(page);
    await write(
      page,
      "SELECT id, total, total * 100000000000000000000 AS long, country FROM orders JOIN customers USING (id) ORDER BY id",
    );
    await page.keyboard.press("Control+Enter");
    await page.getByText("1,000 rows", { exact: true }).waitFor();
    const firstRow = ["1", "1", "12345678901234567891.25", "1234567890123456789125000000000000000000.00", "FR"];
    // The cells stand there before their values have come.
    await expect.poll(() => cells(page, 0), patient).toEqual(firstRow);
    expect((await cells(page, 2))[4]).toBe("NULL");
    await picture(page, "rows-light");
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "rows-dark");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    await saved(page);
    await page.reload();
    await expect.poll(() => editor(page).innerText(), patient).toContain("JOIN customers");
    await expect.poll(() => cells(page, 0), patient).toEqual(firstRow);
    expect(said).toEqual([]);
  });

  it("tens of thousands of rows scroll to their end, and sort and filter exactly", async () => {
    const context = await chat.open();
    const { page } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT id, total, placed_at FROM orders ORDER BY id");
    await page.keyboard.press("Control+Enter");
    await page.getByText("90,000 rows", { exact: true }).waitFor();
    await grid(page).focus();
    await page.keyboard.press("Control+End");
    await grid(page).locator('[data-cell="89999:0"]').waitFor();
    await expect.poll(() => cells(page, 89_999).then((row) => row[1]), patient).toBe("90000");
    // Whatever the number of rows, a few dozen are in the page.
    expect(await grid(page).getByRole("row").count()).toBeLessThan(100);
    await grid(page)
      .getByRole("button", { name: /^total/ })
      .click();
    await grid(page)
      .getByRole("button", { name: /^total/ })
      .click();
    await page.keyboard.press("Escape");
    await grid(page).focus();
    await page.keyboard.press("Control+Home");
    await expect.poll(() => cells(page, 0).then((row) => row[2]), patient).toBe("12345678901234657890.25");
    await grid(page).getByRole("button", { name: "Menu of id" }).click();
    await page.getByRole("menuitem", { name: "Filter…" }).click();
    await page.getByRole("dialog").getByRole("combobox", { name: "Condition" }).click();
    await page.getByRole("option", { name: "is at most" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Value" }).fill("3");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByText("3 of 90,000 rows").waitFor();
    await grid(page).getByRole("button", { name: "Menu of total" }).click();
    await page.getByRole("menuitem", { name: "Figures of the column…" }).click();
    await page.getByRole("dialog").getByText("Different values").waitFor();
    await picture(page, "figures");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("what goes wrong is said and underlined; what the guard refuses comes with what to do", async () => {
    const context = await chat.open();
    const { page } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT id FROM orders;\n\nSELECT nothing_here FROM orders;\n\nSELECT 3");
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Control+Shift+Enter");
    await page
      .getByText("The database reports an error")
      .or(page.getByText(/nothing_here/).nth(2))
      .first()
      .waitFor();
    await expect
      .poll(
        () =>
          page
            .locator(".cm-problem")
            .allInnerTexts()
            .then((parts) => parts.join("")),
        patient,
      )
      .toBe("nothing_here");
    // It stopped at the first mistake.
    expect(await page.getByRole("tablist", { name: "Results" }).getByRole("tab").count()).toBe(2);
    await picture(page, "failed");
    await write(page, "DELETE FROM orders");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Not sent to the database").waitFor();
    await picture(page, "refused");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("parameters are asked for, and the same statement again says how old its rows are", async () => {
    const context = await chat.open();
    const { page } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT name FROM customers WHERE id = :id");
    await page.getByRole("textbox", { name: ":id" }).waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("textbox", { name: ":id" }).fill("17");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await grid(page).getByText("Customer 17").waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText(/^read \d+ s ago$/).waitFor();

    // Of what is selected only that runs, also a part of a statement.
    await write(page, "SELECT 41 + 1 AS answer, nothing_here");
    await page.keyboard.press("Control+Home");
    for (let sign = 0; sign < "SELECT 41 + 1 AS answer".length; sign += 1)
      await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Control+Enter");
    await grid(page).getByText("42", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await picture(page, "export");
    const coming = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "CSV", exact: true }).click();
    const file = await coming;
    expect(file.suggestedFilename()).toMatch(/^result-.*\.csv$/);
    expect(await readFile(await file.path(), "utf8")).toBe("answer\r\n42\r\n");
    await page.getByText("Exported CSV").first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("a statement that runs long shows how long, and is cancelled", async () => {
    const context = await chat.open();
    const { page } = await atWorkbench(context, { limits: { seconds: 60, rows: 1000, bytes: 1_000_000, cost: null } });
    await newTab(page);
    await write(page, "SELECT count(*) FROM orders a, orders b WHERE a.total + b.total < 0");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("progressbar", { name: "The statement runs" }).waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByText("Cancelled.").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Cancel", exact: true }).count(), patient).toBe(0);
  });

  it("two devices keep a tab in step, and neither loses what it wrote", async () => {
    const context = await chat.open();
    const { page, person, address } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT 1 AS first_device");
    const elsewhere = await chat.open();
    await chat.signIn(elsewhere, person.email);
    const other = await elsewhere.newPage();
    await other.goto(address);
    await expect.poll(() => editor(other).innerText(), patient).toContain("first_device");
    await write(page, "SELECT 2 AS changed_here");
    await expect.poll(() => editor(other).innerText(), patient).toContain("changed_here");
    await elsewhere.setOffline(true);
    await write(other, "SELECT 3 AS written_offline");
    await other.getByText("Not saved").waitFor();
    await write(page, "SELECT 4 AS meanwhile");
    await saved(page);
    await elsewhere.setOffline(false);
    await other.keyboard.insertText(" ");
    await other.getByText("This tab was changed on another device").waitFor();
    await other.getByRole("button", { name: "Keep mine" }).click();
    await expect.poll(() => editor(page).innerText(), patient).toContain("written_offline");
  });

  it("queries are saved with versions, found again, and the history holds what was run", async () => {
    const context = await chat.open();
    const { page } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT count(*) FROM customers");
    await page.keyboard.press("Control+Enter");
    await page.getByText("1 row", { exact: true }).waitFor();
    await page.keyboard.press("Control+s");
    await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("How many customers");
    await page.getByRole("dialog").getByRole("textbox", { name: "Folder" }).fill("Sales");
    await page.getByRole("button", { name: "Save", exact: true }).last().click();
    await page.getByText("Saved How many customers").first().waitFor();
    await write(page, "SELECT count(*)\nFROM customers\nWHERE country = 'DE'");
    await page.keyboard.press("Control+s");
    await page.getByRole("button", { name: "Save a new version" }).click();
    await page.getByText("Saved version 2 of How many customers").first().waitFor();
    await page.getByRole("button", { name: "Saved queries", exact: true }).click();
    const panel = page.getByRole("complementary", { name: "History and saved queries" });
    await panel.getByText("version 2").waitFor();
    await picture(page, "saved");
    await panel.getByRole("button", { name: "More for How many customers" }).click();
    await page.getByRole("menuitem", { name: "Versions…" }).click();
    await page.getByRole("dialog").locator(".cm-deletedChunk").first().waitFor();
    await picture(page, "versions");
    await page.keyboard.press("Escape");
    await panel.getByRole("radio", { name: "History" }).click();
    const history = panel.getByRole("list", { name: "History" });
    await history.getByText("SELECT count(*) FROM customers").waitFor();
    const search = panel.getByRole("searchbox", { name: "Search the history" });
    await search.fill("nothing like it");
    await panel.getByText("No statement holds all of these words.").waitFor();
    await search.fill("COUNT customers");
    await history.getByText("SELECT count(*) FROM customers").click();
    await expect.poll(() => editor(page).innerText()).toBe("SELECT count(*) FROM customers");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("completion knows the tables, the columns behind an alias, and by which columns tables are joined", async () => {
    const context = await chat.open();
    const { page, person, connectionId } = await atWorkbench(context);
    await expect
      .poll(
        async () =>
          (
            (await (
              await context.request.get(
                `/api/workspaces/${person.workspaceId}/query/connections/${connectionId}/completion`,
              )
            ).json()) as { tables: unknown[] }
          ).tables.length,
        { timeout: 60_000 },
      )
      .toBe(2);
    await page.reload();
    await newTab(page);
    await editor(page).focus();
    await page.keyboard.type("SELECT o. FROM orders o JOIN customers c ON ", { delay: 5 });
    const options = page.locator(".cm-tooltip-autocomplete");
    await options.getByText("o.customer_id = c.id").waitFor();
    await picture(page, "completion");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Home");
    for (let step = 0; step < 9; step += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Control+Space");
    await options.getByText("placed_at").waitFor();
  });

  it("an owner changes rows: counted first, made once confirmed", async () => {
    const context = await chat.open();
    const { page } = await atWorkbench(context, { readOnly: false });
    await newTab(page);
    await write(page, "UPDATE customers SET name = 'Nobody' WHERE id <= 3");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Preview the change…" }).click();
    await page.getByText("This changes 3 rows.").waitFor();
    await picture(page, "write");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Change 3 rows" }).click();
    await page.getByText("3 rows changed").first().waitFor();
  });

  it("is usable on a phone", async () => {
    const context = await chat.open(phone);
    const { page, said } = await atWorkbench(context);
    await newTab(page);
    await write(page, "SELECT * FROM customers ORDER BY id");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await grid(page).getByText("Customer 12", { exact: true }).waitFor();
    await picture(page, "phone");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "History", exact: true }).click();
    await page.getByRole("list", { name: "History" }).waitFor();
    await picture(page, "phone-history");
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(390);
    expect(said).toEqual([]);
  });

  it("tabs are moved by mouse and by keys, which another device sees, and a closed one comes back where it stood", async () => {
    const context = await chat.open();
    const { page, person, address, said } = await atWorkbench(context);
    const titles = (on: Page) => on.getByRole("tablist", { name: "Open queries" }).getByRole("tab").allInnerTexts();
    const tab = (name: string) => page.getByRole("tab", { name });
    for (const [at, sql] of ["SELECT 1 AS one", "SELECT 2 AS two", "SELECT 3 AS three"].entries()) {
      await newTab(page);
      await tab(`Query ${at + 1}`).waitFor();
      await write(page, sql);
    }
    await page.keyboard.press("Control+Enter");
    await grid(page).getByText("three").waitFor();
    await saved(page);
    await tab("Query 3").dragTo(tab("Query 1"), { targetPosition: { x: 4, y: 8 } });
    await expect.poll(() => titles(page)).toEqual(["Query 3", "Query 1", "Query 2"]);
    // From within the editor: its keys do not write.
    await editor(page).focus();
    await page.keyboard.press("Alt+Shift+PageDown");
    await expect.poll(() => titles(page)).toEqual(["Query 1", "Query 3", "Query 2"]);
    await tab("Query 3").focus();
    await page.keyboard.press("Alt+Shift+ArrowLeft");
    await expect.poll(() => titles(page)).toEqual(["Query 3", "Query 1", "Query 2"]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await saved(page);
    const elsewhere = await chat.open();
    await chat.signIn(elsewhere, person.email);
    const other = await elsewhere.newPage();
    await other.goto(address);
    await expect.poll(() => titles(other), patient).toEqual(["Query 3", "Query 1", "Query 2"]);

    await tab("Query 3").focus();
    await page.keyboard.press("Delete");
    await expect.poll(() => titles(page)).toEqual(["Query 1", "Query 2"]);
    await expect.poll(() => titles(other), patient).toEqual(["Query 1", "Query 2"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => titles(page)).toEqual(["Query 3", "Query 1", "Query 2"]);
    await expect.poll(() => editor(page).innerText()).toContain("AS three");
    await grid(page).getByText("three").waitFor();
    await expect.poll(() => titles(other), patient).toEqual(["Query 3", "Query 1", "Query 2"]);
    expect(said).toEqual([]);
  });

  it("everything is done by keys, and the help sheet lists them", async () => {
    const context = await chat.open();
    const { page, said } = await atWorkbench(context);
    await page.getByText("Nothing is open").waitFor();
    const inEditor = () => editor(page).evaluate((element) => element === element.ownerDocument.activeElement);
    await page.keyboard.press("Control+Shift+O");
    await editor(page).waitFor();
    await expect.poll(inEditor).toBe(true);
    await page.keyboard.insertText("select id,name from customers order by id");
    await page.keyboard.press("Control+Shift+F");
    await expect.poll(() => editor(page).innerText()).toMatch(/select\s+id,\s+name\s+from/i);
    await page.keyboard.press("Control+Enter");
    await page.getByText("1,000 rows", { exact: true }).waitFor();
    // Another test changes rows: what the cell holds is read from the cell.
    await expect.poll(() => cells(page, 1).then((row) => row[2]), patient).toBeTruthy();
    const second = (await cells(page, 1))[2] ?? "";
    await page.keyboard.press("F6");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "name, row 2" }).getByText(second, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("F8");
    await expect.poll(() => page.getByRole("radio", { name: "Chart" }).getAttribute("aria-checked")).toBe("true");
    await page.keyboard.press("F6");
    await expect.poll(inEditor).toBe(true);
    await page.keyboard.press("Control+Shift+H");
    await page.getByRole("list", { name: "History" }).waitFor();
    await page.keyboard.press("F2");
    await page.getByRole("dialog", { name: "Rename the tab" }).getByRole("textbox").fill("All customers");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "All customers" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("keyboard");
    await page.getByRole("option", { name: /Keyboard shortcuts/ }).click();
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    for (const title of [
      "Query: run",
      "Query: format",
      "Copy the selection",
      "Close the focused tab",
      "Leave the editor",
    ]) {
      await help.getByText(title, { exact: true }).waitFor();
    }
    await picture(page, "keys");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Shift+X");
    await page.getByText("Nothing is open").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("open again");
    await page.getByRole("option", { name: /open again what was closed/ }).click();
    await page.getByRole("tab", { name: "All customers" }).waitFor();
    expect(said).toEqual([]);
  });
});
