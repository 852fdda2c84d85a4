import { rm } from "node:fs/promises";
import { skipUnless } from "@mindmesh/test-support";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { complaints, desktop, launchBrowser, phone } from "./support/browser.ts";
import { buildSite, serveSite } from "./support/site.ts";

skipUnless("chromium")("the shell", () => {
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

  async function open(settings: Parameters<Browser["newContext"]>[0] = desktop): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: "reduce", ...settings });
    const page = await context.newPage();
    complained = complaints(page);
    await page.goto(`${site.url}gallery.html#shell`);
    await page.getByRole("heading", { level: 1, name: "Pricing page experiments" }).waitFor();
    return page;
  }

  const sidebar = (page: Page) => page.getByRole("complementary", { name: "Sidebar" });

  it("opens the palette with Ctrl-K, finds a command by its words, and runs it with Enter", async () => {
    const page = await open({ ...desktop, colorScheme: "light" });
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Command palette" }).fill("appearance dark");
    await page.getByRole("option", { name: "Theme: dark" }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    await expect.poll(() => page.evaluate("localStorage.getItem('mindmesh.theme')")).toBe("dark");
  });

  it("opens the palette while something is being written, and closes it with the same keys", async () => {
    const page = await open();
    await page.getByRole("textbox", { name: "Message" }).click();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Command palette" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Command palette" }).waitFor({ state: "detached" });
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("");
  });

  it("lists the keys at ?, but writes a ? where something is being written", async () => {
    const page = await open();
    await page.getByRole("textbox", { name: "Message" }).pressSequentially("Why?");
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("Why?");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await help.getByText("Show or hide the sidebar").waitFor();
    expect(await help.getByRole("term").count()).toBeGreaterThanOrEqual(3);
  });

  it("stops listening to single keys when told so, also after a reload", async () => {
    const page = await open();
    await page.keyboard.press("?");
    await page.getByRole("switch", { name: "Single-key shortcuts" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("?");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Command palette" }).waitFor();
    expect(await page.getByRole("dialog", { name: "Keyboard shortcuts" }).count()).toBe(0);
  });

  it("remembers that the sidebar is closed", async () => {
    const page = await open();
    await sidebar(page).waitFor();
    await page.keyboard.press("Control+b");
    await sidebar(page).waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("button", { name: "Open sidebar" }).click();
    await sidebar(page).waitFor();
    expect(await sidebar(page).count()).toBe(1);
  });

  it("shows the sidebar as a drawer on a phone, which goes when something in it is chosen", async () => {
    const page = await open(phone);
    expect(await sidebar(page).isVisible()).toBe(false);
    await page.getByRole("button", { name: "Open sidebar" }).click();
    const drawer = page.getByRole("dialog", { name: "Sidebar" });
    await drawer.getByRole("link", { name: "Trip to Lisbon" }).click();
    await drawer.waitFor({ state: "detached" });
    expect(await drawer.count()).toBe(0);
  });

  it("says that the network is away, moving nothing, and stops saying so when it is back", async () => {
    const page = await open();
    const heading = page.getByRole("heading", { level: 1 });
    const before = await heading.boundingBox();
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    expect(await heading.boundingBox()).toEqual(before);
    await page.context().setOffline(false);
    await page.getByText("You are offline.").waitFor({ state: "detached" });
    expect(await page.getByText("You are offline.").count()).toBe(0);
  });

  it("leads the keyboard past the sidebar with the first Tab", async () => {
    const page = await open();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
  });
});
