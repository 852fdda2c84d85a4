import { rm } from "node:fs/promises";
import { skipUnless } from "@mindmesh/test-support";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults, complaints, desktop, launchBrowser, phone } from "./support/browser.ts";
import { buildSite, serveSite } from "./support/site.ts";

skipUnless("chromium")("the components, built and under the strict policy", () => {
  let folder: string;
  let site: Awaited<ReturnType<typeof serveSite>>;
  let browser: Browser;
  let complained: string[] = [];

  beforeAll(async () => {
    folder = await buildSite({ gallery: true });
    site = await serveSite(folder);
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    if (complained.length > 0) throw new Error(`The browser complained: ${complained.join("; ")}`);
  });

  async function open(hash = "", settings: Parameters<Browser["newContext"]>[0] = desktop): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: "reduce", ...settings });
    const page = await context.newPage();
    complained = complaints(page);
    await page.goto(`${site.url}gallery.html${hash}`);
    await page.locator("main").waitFor();
    return page;
  }

  describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
    it.each([
      ["every component", "", desktop],
      ["every component on a phone", "", phone],
      ["the shell", "#shell", desktop],
      ["the shell on a phone", "#shell", phone],
    ] as const)("axe finds nothing wrong with %s", async (_, hash, size) => {
      const page = await open(hash, { ...size, colorScheme });
      expect(await accessibilityFaults(page)).toEqual([]);
    });

    it("axe finds nothing wrong with an open window, menu, question and toast", async () => {
      const page = await open("", { ...desktop, colorScheme });
      const button = (name: string) => page.getByRole("button", { name, exact: true });
      for (const [name, role] of [
        ["Dialog", "dialog"],
        ["Menu", "menu"],
        ["Confirm", "alertdialog"],
      ] as const) {
        await button(name).click();
        await page.getByRole(role).waitFor();
        expect(await accessibilityFaults(page, `[role=${role}]`)).toEqual([]);
        await page.keyboard.press("Escape");
        await page.getByRole(role).waitFor({ state: "detached" });
      }
      await button("Toast with undo").click();
      await page.getByRole("listitem").filter({ hasText: "moved to the trash" }).waitFor();
      expect(await accessibilityFaults(page, "li[data-state=open]")).toEqual([]);
    });
  });

  it.each(["", "#shell"])("everything pressed on a phone is at least 44 px high and wide (gallery%s)", async (hash) => {
    const page = await open(hash, phone);
    const small = await page.evaluate<unknown[]>(`
      [...document.querySelectorAll("button, a[href], input, select, [role=tab]")]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true]") && !element.matches(".fixed"))
        .map((element) => {
          const box = element.getBoundingClientRect();
          // Small marks carry an invisible ::after that is larger than they are.
          const after = getComputedStyle(element, "::after");
          const grown = after.content === "none" ? 0 : 2 * Math.max(0, -parseFloat(after.top) || 0);
          return { name: element.getAttribute("aria-label") ?? element.textContent ?? element.id, width: box.width + grown, height: box.height + grown };
        })
        .filter(({ width, height }) => width < 43.9 || height < 43.9)`);
    expect(small).toEqual([]);
  });

  it.each([desktop, phone])("no page is wider than the window (%o)", async (size) => {
    const page = await open("", size);
    expect(
      await page.evaluate("document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"),
    ).toBe(0);
  });

  it("a menu works by keyboard alone and gives the focus back", async () => {
    const page = await open();
    const trigger = page.getByRole("button", { name: "Menu", exact: true });
    await trigger.focus();
    await page.keyboard.press("Enter");
    const menu = page.getByRole("menu", { name: "Menu" });
    await menu.waitFor();
    expect(await trigger.getAttribute("aria-expanded")).toBe("true");
    await expectFocus(page, "Rename");
    await page.keyboard.press("ArrowDown");
    await expectFocus(page, "Pin");
    await page.keyboard.press("ArrowDown");
    await expectFocus(page, "Move to folder");
    await page.keyboard.press("ArrowRight");
    await expectFocus(page, "Research");
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
    expect(await trigger.getAttribute("aria-expanded")).toBe("false");
    await expectFocus(page, "Menu");
  });

  it("a right click opens the same menu at the pointer", async () => {
    const page = await open();
    await page.getByText("Right click or long press here").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Rename" }).waitFor();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("menu").waitFor({ state: "detached" });
    expect(await page.getByRole("menu").count()).toBe(0);
  });

  it("a window takes the focus to its first field, keeps Tab inside, and gives the focus back", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Dialog", exact: true }).click();
    // Inside the window: until its parts are fetched, the page's own field of that name is the only one there.
    const field = page.getByRole("dialog").getByRole("textbox", { name: "Name", exact: true });
    await expect.poll(() => page.evaluate("document.activeElement.value")).toBe(await field.inputValue());
    for (let presses = 0; presses < 6; presses += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.closest('[role=dialog]') !== null")).toBe(true);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expectFocus(page, "Dialog");
  });

  it("a question starts on Cancel, and Enter there changes nothing", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await page.getByRole("alertdialog", { name: "Delete this key?" }).waitFor();
    await expectFocus(page, "Cancel");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    expect(await page.getByRole("alertdialog").count()).toBe(0);
  });

  it("a question asked by a menu's entry, once answered, gives the focus back to the menu's button", async () => {
    const page = await open();
    // Twice: the first time the parts are still being fetched, the second time they are there.
    for (let times = 0; times < 2; times += 1) {
      await page.getByRole("button", { name: "Menu", exact: true }).focus();
      await page.keyboard.press("Enter");
      await expectFocus(page, "Rename");
      await page.keyboard.press("End");
      await expectFocus(page, "Delete");
      await page.keyboard.press("Enter");
      await expectFocus(page, "Cancel");
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog").waitFor({ state: "detached" });
      await expectFocus(page, "Menu");
    }
    expect(await page.getByRole("menu").count()).toBe(0);
  });

  it("a popover opens beside its button, and a press on the button or Escape closes it", async () => {
    const page = await open();
    const trigger = page.getByRole("button", { name: "Popover", exact: true });
    const panel = page.getByRole("dialog", { name: "Filters" });
    await trigger.click();
    await panel.waitFor();
    await trigger.click();
    await panel.waitFor({ state: "detached" });
    await trigger.press("Enter");
    await panel.waitFor();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await expectFocus(page, "Popover");
    expect(await trigger.getAttribute("aria-expanded")).toBe("false");
  });

  it("Undo on a toast does its thing and closes it", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Toast with undo" }).click();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByRole("listitem").filter({ hasText: "It is back" }).waitFor();
    await expect.poll(() => page.getByRole("listitem").filter({ hasText: "moved to the trash" }).count()).toBe(0);
  });

  it("the editor takes code in, marks the line of an error until it is mended, and lets the keyboard leave", async () => {
    const page = await open();
    const editor = page.getByRole("textbox", { name: "Code of main.py" });
    await page.locator(".cm-error-message").waitFor();
    expect(await page.locator(".cm-error-line").innerText()).toContain("1 / 0");
    await editor.locator("span.hljs-keyword", { hasText: "class" }).waitFor();
    await editor.focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("x = (1)");
    await page.keyboard.press("Enter");
    await page.getByText("306 characters").waitFor();
    expect(await editor.innerText()).toContain("x = (1)\nimport math");
    expect(await page.locator(".cm-error-line").innerText()).toContain("1 / 0");
    await page.keyboard.press("Control+Enter");
    await page.locator(".cm-error-message").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect.poll(() => page.evaluate("document.activeElement.closest('.cm-editor') !== null")).toBe(false);
  });

  it("a long table has only the rows in sight, and a press on a column's name sorts them all", async () => {
    const page = await open();
    const table = page.getByRole("table", { name: "cities.csv" });
    expect(await table.getAttribute("aria-rowcount")).toBe("3004");
    expect(await table.getByRole("row").count()).toBeLessThan(60);
    const people = table.getByRole("columnheader", { name: "people" });
    for (const [order, first] of [
      ["ascending", "Town 0"],
      ["descending", "Berlin"],
    ]) {
      await people.getByRole("button").click();
      expect(await people.getAttribute("aria-sort")).toBe(order);
      expect(await table.getByRole("row").nth(1).getByRole("cell").first().innerText()).toBe(first);
    }
  });

  it("a tooltip comes with the keyboard's focus and goes with Escape", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Toast with undo" }).focus();
    await page.keyboard.press("Shift+Tab");
    const tooltip = page.getByRole("tooltip");
    await expect.poll(() => tooltip.textContent()).toContain("Says what it does");
    await page.keyboard.press("Escape");
    await tooltip.waitFor({ state: "detached" });
    expect(await tooltip.count()).toBe(0);
  });

  it("a list of choices opens, is chosen from by keys, and closes", async () => {
    const page = await open();
    const select = page.getByRole("combobox", { name: "Model", exact: true });
    await select.focus();
    await page.keyboard.press("Enter");
    await expectFocus(page, "Swift 3");
    await page.keyboard.press("ArrowDown");
    await expectFocus(page, "Atlas Large");
    await page.keyboard.press("Enter");
    await expect.poll(() => select.textContent()).toBe("Atlas Large");
  });

  it("a field's error is tied to the field", async () => {
    const page = await open();
    const field = page.getByRole("textbox", { name: "E-mail" });
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    const note = await field.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${note}"]`).textContent()).toContain("has no @");
  });

  it("Escape clears a search, and the cross does too", async () => {
    const page = await open();
    const search = page.getByRole("searchbox", { name: "Search conversations" });
    await search.focus();
    await page.keyboard.press("Escape");
    expect(await search.inputValue()).toBe("");
    await search.fill("plans");
    await page.getByRole("button", { name: "Clear" }).click();
    expect(await search.inputValue()).toBe("");
  });
});

async function expectFocus(page: Page, name: string) {
  await expect
    .poll(() =>
      page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"),
    )
    .toMatch(new RegExp(`^${name}`));
}
