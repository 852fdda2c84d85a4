import { skipUnless } from "@mindmesh/test-support";
import type { BrowserContext, Page } from "playwright-core";
import { expect, it, vi } from "vitest";
import { accessibilityFaults, complaints, desktop, phone } from "./support/browser.ts";
import { chatInBrowser, endedAnswer, send } from "./support/chat.ts";

const widths = [desktop.viewport, phone.viewport];
const schemes = ["light", "dark"] as const;

skipUnless("chromium")("every page", () => {
  const chat = chatInBrowser();
  vi.setConfig({ testTimeout: 400_000 });
  const faults: string[] = [];

  /** Looks at what is shown, wide and narrow, light and dark: accessibility, and nothing wider than the screen. */
  async function look(page: Page, name: string, within = "html") {
    for (const viewport of widths) {
      await page.setViewportSize(viewport);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        const as = `${name} at ${viewport.width}, ${colorScheme}`;
        for (const fault of await accessibilityFaults(page, within)) faults.push(`${as}: ${fault}`);
      }
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      if (wide > viewport.width) faults.push(`${name} at ${viewport.width}: is ${wide} wide`);
    }
    await page.setViewportSize(desktop.viewport);
    await page.emulateMedia({ colorScheme: "light" });
  }

  /**
   * Opens an address and waits until nothing is loading; what the browser complains about becomes a fault, but for
   * answers with one of the statuses in `mayMiss`.
   */
  async function visit(context: BrowserContext, path: string, { mayMiss = [] as string[] } = {}) {
    const page = await context.newPage();
    const said = complaints(page);
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await expect.poll(() => page.locator('[aria-busy="true"]').count(), { timeout: 20_000 }).toBe(0);
    const close = async () => {
      faults.push(
        ...said.filter((text) => !mayMiss.some((status) => text.includes(status))).map((text) => `${path}: ${text}`),
      );
      await page.close();
    };
    return { page, close };
  }

  async function lookAt(context: BrowserContext, name: string, path: string, settings?: { mayMiss: string[] }) {
    const { page, close } = await visit(context, path, settings);
    await look(page, name);
    await close();
  }

  it("before signing in can be used by everybody, fits a phone, and lets the browser complain about nothing", async () => {
    const stranger = await chat.open();
    await lookAt(stranger, "set-up", "/set-up");
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Ada Lovelace");
    const invited = await context.request.post(`/api/workspaces/${workspaceId}/invitations`, {
      data: { email: "grace@example.org", role: "member" },
    });
    const invitation = new URL(((await invited.json()) as { link: string }).link);
    await lookAt(stranger, "sign-in", "/sign-in");
    await lookAt(stranger, "sign-up", "/sign-up");
    await lookAt(stranger, "forgotten password", "/forgot-password");
    await lookAt(stranger, "new password", "/reset-password#some-token");
    await lookAt(stranger, "broken reset link", "/reset-password");
    await lookAt(stranger, "confirm address", "/confirm-email#some-token");
    // It asks who is signed in, and the answer for a stranger is 401.
    await lookAt(stranger, "invitation", `${invitation.pathname}${invitation.hash}`, { mayMiss: ["401"] });
    await lookAt(stranger, "nothing here", "/no/such/page");
    expect(faults.splice(0)).toEqual([]);
  });

  it("of Chat can be used by everybody, fits a phone, and lets the browser complain about nothing", async () => {
    const stranger = await chat.open();
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Ada Lovelace");
    const place = `/w/${workspaceId}`;
    await lookAt(context, "new conversation", `${place}/chat`);
    const { page, close } = await visit(context, `${place}/chat`);
    await send(page, "Show everything [[sample=markdown reasoning=1]]");
    await endedAnswer(page);
    await page.getByRole("img", { name: /^Diagram/ }).waitFor();
    await look(page, "conversation");
    await page.getByRole("button", { name: "Code of this conversation" }).click();
    await page.getByText("No files yet").waitFor();
    await look(page, "empty code panel");
    const conversation = new URL(page.url()).pathname.replace(/^\/w\/(.+?)\/chat\/(.+)/, "$1/chat/conversations/$2");
    const file = { path: "main.py", content: "def half(x):\n    return x / 2\n", version: null };
    await context.request.put(`/api/workspaces/${conversation}/editor-files`, { data: file });
    await page.getByRole("textbox", { name: "Code of main.py" }).waitFor();
    await look(page, "code panel");
    await page.getByRole("button", { name: "Close the code panel" }).click();
    await send(page, "[[fault=400]] and now?");
    await page.getByText("No answer came").waitFor();
    await look(page, "failed answer");
    await page.getByRole("main").getByRole("heading", { level: 1 }).getByRole("button").click();
    await page.getByRole("menuitem", { name: "Share" }).click();
    await page.getByRole("button", { name: "Make a public link" }).click();
    const link = await page.getByLabel("Public link", { exact: true }).inputValue();
    await look(page, "share");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("every");
    await page.getByRole("group", { name: "Messages" }).waitFor();
    await look(page, "palette");
    await page.keyboard.press("Escape");
    await page.getByRole("navigation", { name: "Products" }).getByRole("link").first().focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await look(page, "help");
    await close();
    // In its place no script runs at all, axe's neither: the same words are looked at outside of it.
    const published = await stranger.newPage();
    await published.setContent(await (await stranger.request.get(new URL(link).pathname)).text());
    await published.getByText("Read only.").waitFor();
    await look(published, "public conversation");
    await published.close();
    const missing = `${place}/chat/019ab000-0000-7000-8000-000000000000`;
    await lookAt(context, "missing conversation", missing, { mayMiss: ["404"] });
    expect(faults.splice(0)).toEqual([]);
  });

  it("of the settings can be used by everybody, fits a phone, and lets the browser complain about nothing", async () => {
    const context = await chat.open();
    const { workspaceId, personId } = await chat.signUp(context, "Ada Lovelace");
    await chat.server.sql("UPDATE kernel.people SET is_instance_owner = (id = $1)", [personId]);
    const place = `/w/${workspaceId}`;
    await context.request.post(`/api/workspaces/${workspaceId}/api-keys`, { data: { name: "Report", scope: "read" } });
    await context.request.post(`/api/workspaces/${workspaceId}/invitations`, {
      data: { email: "edsger@example.org", role: "member" },
    });
    const settings = await visit(context, `${place}/settings`);
    const pages = await settings.page
      .getByRole("navigation", { name: "Settings" })
      .getByRole("link")
      .evaluateAll((links) => links.map((each) => each.getAttribute("href") ?? ""));
    await settings.close();
    expect(pages.length).toBeGreaterThan(14);
    for (const path of pages) await lookAt(context, `settings ${path.split("/").at(-1)}`, path);
    expect(faults.splice(0)).toEqual([]);
  });
});
