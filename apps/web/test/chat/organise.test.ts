import { skipUnless } from "@mindmesh/test-support";
import type { BrowserContext, Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults } from "../support/browser.ts";
import { answers, chatInBrowser, endedAnswer, password, questions, send } from "../support/chat.ts";

skipUnless("chromium")("keeping conversations in order", () => {
  const chat = chatInBrowser();
  const list = (page: Page) => page.getByRole("navigation", { name: "Conversations" });
  const row = (page: Page, title: string) => list(page).getByRole("link", { name: title });

  /** Begins a conversation by the page's own API, so that it stands in the list. */
  async function begin(context: BrowserContext, workspaceId: string, title: string) {
    const response = await context.request.post(`/api/workspaces/${workspaceId}/chat/conversations`, {
      data: { title },
    });
    expect(response.status()).toBe(201);
  }

  /** Opens the menu of a conversation in the list. */
  async function openMenu(page: Page, title: string) {
    await row(page, title).click({ button: "right" });
    await page.getByRole("menu").first().waitFor();
  }

  async function choose(page: Page, title: string, ...entries: string[]) {
    await openMenu(page, title);
    for (const entry of entries) {
      // Its key, where it has one, is read out with it.
      const name = new RegExp(`^${entry}( [A-Z])?$`);
      await page.getByRole("menuitem", { name }).or(page.getByRole("menuitemradio", { name })).click();
    }
  }

  async function show(page: Page, ...entries: string[]) {
    await page.getByRole("button", { name: "Show and manage" }).click();
    for (const entry of entries) await page.getByRole("menuitem", { name: entry }).click();
  }

  async function withThree() {
    const context = await chat.open();
    const { email, workspaceId } = await chat.signUp(context);
    for (const title of ["Bread", "Cheese", "Wine"]) await begin(context, workspaceId, title);
    const { page, complaints } = await chat.newConversation(context);
    await row(page, "Wine").waitFor();
    return { context, email, workspaceId, page, complaints };
  }

  it("renames in the list: Enter keeps the new title, Escape the old one, and another device shows it", async () => {
    const { context, page } = await withThree();
    const other = await context.newPage();
    await other.goto("/");
    await choose(page, "Bread", "Rename");
    await page.getByRole("textbox", { name: "Title" }).fill("Rye bread");
    await page.keyboard.press("Enter");
    await row(page, "Rye bread").waitFor();
    await row(other, "Rye bread").waitFor();
    await choose(page, "Rye bread", "Rename");
    await page.getByRole("textbox", { name: "Title" }).fill("Nothing");
    await page.keyboard.press("Escape");
    await row(page, "Rye bread").waitFor();
    await page.reload();
    await row(page, "Rye bread").waitFor();
    expect((await list(page).getByRole("link").allInnerTexts()).toSorted()).toEqual(["Cheese", "Rye bread", "Wine"]);
  });

  it("pins, moves into a folder and takes the folder away again, without losing a conversation", async () => {
    const { page, complaints } = await withThree();
    await choose(page, "Bread", "Pin");
    await list(page).getByRole("heading", { name: "Pinned" }).waitFor();
    expect((await list(page).getByRole("link").allInnerTexts())[0]).toBe("Bread");
    await page.reload();
    await list(page).getByRole("heading", { name: "Pinned" }).waitFor();
    expect(await row(page, "Bread").count()).toBe(1);

    await choose(page, "Cheese", "Move to folder", "New folder");
    await page.getByRole("dialog").getByLabel("Name").fill("Food");
    await page.keyboard.press("Enter");
    const folder = page.getByRole("list", { name: "Folders" }).getByRole("button", { name: "Food", exact: true });
    await folder.click();
    await row(page, "Cheese").waitFor();
    expect(await list(page).getByRole("link").count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "All conversations" }).click();
    await choose(page, "Wine", "Move to folder", "Food");
    await folder.click();
    await expect.poll(() => list(page).getByRole("link").count()).toBe(2);

    await page.getByRole("button", { name: "All conversations" }).click();
    await folder.hover();
    await page.getByRole("button", { name: "Actions for Food" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete folder" }).click();
    await folder.waitFor({ state: "detached" });
    expect(await list(page).getByRole("link").count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  it("tags, and shows what has a tag", async () => {
    const { page } = await withThree();
    await choose(page, "Wine", "Tags");
    await page
      .getByRole("textbox", { name: "New tag" })
      .or(page.getByRole("combobox", { name: "New tag" }))
      .fill("#Red");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("list", { name: "Tags" }).getByText("red").waitFor();
    await page.keyboard.press("Escape");
    await show(page, "Tags", "red (1)");
    await page.getByRole("heading", { name: "#red" }).waitFor();
    await expect.poll(() => list(page).getByRole("link").allInnerTexts()).toEqual(["Wine"]);
  });

  it("archives and moves to the trash with Undo, puts back, and deletes for good only when asked twice", async () => {
    const { page } = await withThree();
    await choose(page, "Bread", "Archive");
    await row(page, "Bread").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await row(page, "Bread").waitFor();
    await choose(page, "Bread", "Archive");
    await row(page, "Bread").waitFor({ state: "detached" });
    await show(page, "Archive");
    await choose(page, "Bread", "Take out of the archive");
    await page.getByText("The archive is empty.").waitFor();
    await page.getByRole("button", { name: "All conversations" }).click();
    await row(page, "Bread").waitFor();

    await row(page, "Cheese").click();
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
    await choose(page, "Cheese", "Delete");
    await page.waitForURL(/\/chat$/);
    await page.getByText("Moved to the trash", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).last().click();
    await row(page, "Cheese").waitFor();

    await choose(page, "Cheese", "Delete");
    await row(page, "Cheese").waitFor({ state: "detached" });
    await show(page, "Trash");
    await choose(page, "Cheese", "Put back");
    await page.getByText("The trash is empty.").waitFor();
    await page.getByRole("button", { name: "All conversations" }).click();
    await choose(page, "Cheese", "Delete");
    await show(page, "Trash");
    await choose(page, "Cheese", "Delete for good");
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
    await row(page, "Cheese").waitFor();
    await choose(page, "Cheese", "Delete for good");
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("The trash is empty.").waitFor();
    await page.reload();
    await row(page, "Wine").waitFor();
    expect(await row(page, "Cheese").count()).toBe(0);
  });

  it("shares with the workspace, where a colleague reads it and writes in it", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Ada");
    const { page } = await chat.newConversation(context);
    await send(page, "Our plan for spring");
    await endedAnswer(page);
    const invited = await context.request.post(`/api/workspaces/${workspaceId}/invitations`, {
      data: { email: "colleague@example.org", role: "member" },
    });
    expect(invited.status()).toBe(201);
    const { link } = (await invited.json()) as { link: string };

    const theirs = await chat.open();
    const joining = await theirs.newPage();
    const { pathname, hash } = new URL(link);
    await joining.goto(`${pathname}${hash}`);
    await joining.getByLabel("Your name").fill("Grace");
    await joining.getByLabel("Password", { exact: true }).fill(password);
    await joining.getByRole("button", { name: "Create account and join" }).click();
    await joining.waitForURL(`**/w/${workspaceId}/chat`);
    expect(await row(joining, "Our plan for spring").count()).toBe(0);

    await choose(page, "Our plan for spring", "Share");
    await page.getByRole("switch", { name: "In the workspace" }).click();
    await page.keyboard.press("Escape");
    await row(joining, "Our plan for spring").click();
    await questions(joining).getByText("Our plan for spring").waitFor();
    await send(joining, "I agree");
    await questions(page).getByText("I agree").waitFor();
    for (const each of [page, joining]) await answers(each).nth(1).waitFor();
    expect(await endedAnswer(page)).toBe(await endedAnswer(joining));
    await choose(page, "Our plan for spring", "Share");
    await page.getByRole("switch", { name: "In the workspace" }).click();
    await row(joining, "Our plan for spring").waitFor({ state: "detached" });
  });

  it("publishes what is shown by a link that a stranger opens without an account, until it is revoked", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await send(page, "Show [[sample=markdown]]");
    await endedAnswer(page);
    await page.getByRole("main").getByRole("heading", { level: 1 }).getByRole("button").click();
    await page.getByRole("menuitem", { name: "Share" }).click();
    await page.getByRole("button", { name: "Make a public link" }).click();
    const link = await page.getByLabel("Public link", { exact: true }).inputValue();
    expect(await accessibilityFaults(page)).toEqual([]);

    const stranger = await (await chat.open()).newPage();
    const asked: string[] = [];
    stranger.on("request", (request) => asked.push(request.resourceType()));
    const { pathname } = new URL(link);
    const response = await stranger.goto(pathname);
    expect(response?.status()).toBe(200);
    expect(await stranger.locator('meta[name="robots"]').getAttribute("content")).toContain("noindex");
    await stranger.getByText("Read only.").waitFor();
    expect(await stranger.locator("table").count()).toBeGreaterThan(0);
    expect(await stranger.locator("script").count()).toBe(0);
    expect(asked.filter((kind) => kind !== "document" && kind !== "other")).toEqual([]);

    await page.getByRole("button", { name: "Revoke the link" }).click();
    await page.getByRole("button", { name: "Make a public link" }).waitFor();
    expect((await stranger.reload())?.status()).toBe(404);
    expect(complaints).toEqual([]);
  });
});
