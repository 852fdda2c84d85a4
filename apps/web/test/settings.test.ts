import { skipUnless } from "@mindmesh/test-support";
import type { BrowserContext, Page } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import { accessibilityFaults, complaints, phone } from "./support/browser.ts";
import { chatInBrowser, password } from "./support/chat.ts";
import { oneTimeCode } from "./support/one-time-code.ts";

skipUnless("chromium")("the settings in a browser", () => {
  const chat = chatInBrowser({ environment: ({ openai }) => ({ OPENAI_BASE_URL: openai }) });

  beforeAll(async () => {
    chat.models.requireKey("sk-right-1234567890");
    // The owner of the server, so that nobody below is.
    await chat.server.signUp("Owner");
  });

  async function openSettings(context: BrowserContext, workspaceId: string, slug: string) {
    const page = await context.newPage();
    await page.goto(`/w/${workspaceId}/settings/${slug}`);
    return page;
  }

  async function signIn(page: Page, email: string) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  it("refuses a wrong model key at its field, keeps the typed one there, and shows a right one by its last four characters", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Ada");
    const page = await openSettings(context, workspaceId, "models");
    await page.getByText("Three ways to get one").waitFor();
    await page.getByRole("button", { name: "Add a key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Provider").click();
    await page.getByRole("option", { name: "OpenAI", exact: true }).click();
    await dialog.getByLabel("Key", { exact: true }).fill("sk-wrong-1234567890");
    await dialog.getByRole("button", { name: "Test and add" }).click();
    await dialog.getByRole("alert").waitFor();
    expect(await dialog.getByLabel("Key", { exact: true }).inputValue()).toBe("sk-wrong-1234567890");
    await dialog.getByLabel("Key", { exact: true }).fill("sk-right-1234567890");
    await dialog.getByRole("button", { name: "Test and add" }).click();
    const row = page.getByRole("list", { name: "Provider keys" }).getByRole("listitem");
    await row.getByText("…7890").waitFor();
    expect(await row.innerText()).toContain("Works");
    expect(await page.content()).not.toContain("sk-right");
    await page.getByText("Three ways to get one").waitFor({ state: "detached" });
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("makes an API key that works, shows it once, and revokes it", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Grace");
    const page = await openSettings(context, workspaceId, "api-keys");
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Nightly report");
    await page.getByRole("button", { name: "Make key" }).click();
    const key = await page.getByLabel("API key", { exact: true }).innerText();
    const use = () => fetch(`${chat.server.url}/api/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await use()).status).toBe(200);
    await page.getByRole("button", { name: "Done" }).click();
    await page.reload();
    await page.getByText("Nightly report").waitFor();
    expect(await page.content()).not.toContain(key);
    await page.getByRole("button", { name: "Revoke Nightly report" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke key" }).click();
    await page.getByText("No API keys yet").waitFor();
    expect((await use()).status).toBe(401);
  });

  it("invites somebody by a link with which they join with a new account, and shows them without a reload", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Edsger");
    const page = await openSettings(context, workspaceId, "members");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await page.getByRole("dialog").getByLabel("E-mail address").fill("niklaus@example.org");
    await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
    const link = new URL(await page.getByLabel("Invitation link", { exact: true }).innerText());
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("list", { name: "Invitations" }).getByText("niklaus@example.org").waitFor();

    const other = await (await chat.open(phone)).newPage();
    await other.goto(`${link.pathname}${link.hash}`);
    await other.getByRole("heading", { name: "Join Edsger's workspace" }).waitFor();
    expect(other.url()).not.toContain(link.hash);
    expect(await accessibilityFaults(other)).toEqual([]);
    await other.getByLabel("Your name").fill("Niklaus");
    await other.getByLabel("Password", { exact: true }).fill("short");
    await other.getByRole("button", { name: "Create account and join" }).click();
    await other.getByText("Must have at least 10 characters.").waitFor();
    await other.getByLabel("Password", { exact: true }).fill(password);
    await other.getByRole("button", { name: "Create account and join" }).click();
    await other.waitForURL(`**/w/${workspaceId}/chat`);

    await page.getByRole("list", { name: "Members" }).getByText("niklaus@example.org").waitFor();
    await page.getByText("Nobody has been invited who has not come yet.").waitFor();

    await other.goto(`${link.pathname}${link.hash}`);
    await other.getByText("This link does not work").waitFor();
  });

  it("turns on two-factor sign-in, shows recovery codes, and asks for the code at the next sign-in", async () => {
    const context = await chat.open();
    const { email, workspaceId } = await chat.signUp(context, "Barbara");
    const page = await openSettings(context, workspaceId, "security");
    const complained = complaints(page);
    await page.getByRole("button", { name: "Set up two-factor sign-in" }).click();
    await page.getByLabel("Your password").fill(password);
    await page.getByRole("button", { name: "Continue" }).click();
    const code = page.getByRole("img", { name: "QR code for the authenticator app" });
    await code.waitFor();
    expect(await code.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(
      0,
    );
    const secret = (await page.locator("code[data-secret]").getAttribute("data-secret")) ?? "";
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel("Code", { exact: true }).fill(oneTimeCode(secret));
    await page.getByRole("button", { name: "Turn on" }).click();
    const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
    await codes.first().waitFor();
    expect(await codes.count()).toBe(10);
    const [recovery = ""] = await codes.allInnerTexts();
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("10 recovery codes left").waitFor();
    expect(complained).toEqual([]);

    const later = await (await chat.open()).newPage();
    await signIn(later, email);
    await later.getByLabel("Code").fill(oneTimeCode(secret, 1));
    await later.getByRole("button", { name: "Sign in" }).click();
    await later.waitForURL(`**/w/${workspaceId}/chat`);

    const withoutPhone = await (await chat.open()).newPage();
    await signIn(withoutPhone, email);
    await withoutPhone.getByLabel("Code").fill(recovery);
    await withoutPhone.getByRole("button", { name: "Sign in" }).click();
    await withoutPhone.waitForURL(`**/w/${workspaceId}/chat`);
  });

  it("signs another device out, which then stands before the sign-in", async () => {
    const context = await chat.open();
    const { email, workspaceId } = await chat.signUp(context, "Donald");
    const other = await (await chat.open(phone)).newPage();
    await signIn(other, email);
    await other.waitForURL(`**/w/${workspaceId}/chat`);

    const page = await openSettings(context, workspaceId, "security");
    const devices = page.getByRole("list", { name: "Devices" }).getByRole("listitem");
    await devices.nth(1).waitFor();
    await page.getByRole("button", { name: /^Sign out (?!everywhere)/ }).click();
    await devices.nth(1).waitFor({ state: "detached" });
    expect(await devices.count()).toBe(1);
    await other.reload();
    await other.waitForURL("**/sign-in**");
  });

  it("fits a phone: the list of pages, a page, and back", async () => {
    const context = await chat.open(phone);
    const { workspaceId } = await chat.signUp(context, "Alan");
    const page = await context.newPage();
    await page.goto(`/w/${workspaceId}/settings`);
    await page.getByRole("link", { name: "Sign-in and devices" }).click();
    await page.getByRole("heading", { name: "Two-factor sign-in" }).waitFor();
    expect(await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")).toBe(false);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goBack();
    await page.getByRole("link", { name: "Members" }).waitFor();
    expect(await page.getByRole("link", { name: "All jobs" }).count()).toBe(0);
  });

  it.each([
    ["members", "**/invitations"],
    ["tools", "**/tool-approvals**"],
    ["code", "**/chat/sandbox"],
  ])("shows %s at once when all of it is there: nothing moves because one part came later", async (slug, late) => {
    const context = await chat.open(phone);
    const { workspaceId } = await chat.signUp(context, "Katherine");
    const page = await context.newPage();
    let held = 0;
    await page.route(late, (route) => {
      held += 1;
      setTimeout(() => void route.continue(), 300);
    });
    await page.addInitScript(`
        window.shifts = [];
        new PerformanceObserver((list) => {
          for (const { value, sources } of list.getEntries()) {
            const moved = sources.flatMap(({ node }) => (node?.parentElement?.closest("main") ? [node.textContent] : []));
            if (value > 0.01) window.shifts.push(...moved);
          }
        }).observe({ type: "layout-shift", buffered: true });`);
    await page.goto(`/w/${workspaceId}/settings/${slug}`);
    await page.locator("main section").first().waitFor();
    await page.getByRole("status", { name: "Loading" }).waitFor({ state: "detached" });
    expect(held).toBeGreaterThan(0);
    expect(await page.evaluate<string[]>("window.shifts")).toEqual([]);
  });
});
