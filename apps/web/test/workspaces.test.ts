import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { accessibilityFaults, phone } from "./support/browser.ts";
import { chatInBrowser, composer, endedAnswer, send } from "./support/chat.ts";

skipUnless("chromium")("several workspaces", () => {
  const chat = chatInBrowser();

  it("makes another workspace from the sidebar, keeps their conversations apart, and goes between them by menu and palette", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Ada");
    const { page, complaints } = await chat.newConversation(context);
    await send(page, "Only in the first one");
    await endedAnswer(page);
    const list = page.getByRole("navigation", { name: "Conversations" });
    const switcher = page.getByRole("button", { name: /^Workspace: / });

    await switcher.click();
    expect(await accessibilityFaults(page, "[role=menu]")).toEqual([]);
    await page.getByRole("menuitem", { name: "New workspace" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Side project");
    await page.getByRole("button", { name: "Make workspace" }).click();
    await page.getByRole("heading", { name: "Members", level: 1 }).waitFor();
    expect(page.url()).not.toContain(workspaceId);
    await switcher.getByText("Side project").waitFor();
    await page.getByText("Conversations stand here once you have written the first message.").waitFor();

    await switcher.click();
    await page.getByRole("menuitemradio").first().click();
    await page.waitForURL(`**/w/${workspaceId}/chat`);
    await list.getByRole("link", { name: "Only in the first one" }).waitFor();

    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("side");
    await page.getByRole("option", { name: "Switch to Side project" }).click();
    await switcher.getByText("Side project").waitFor();
    await composer(page).waitFor();
    expect(await list.getByRole("link").count()).toBe(0);

    // The one that was open last opens again.
    await page.goto("/");
    await switcher.getByText("Side project").waitFor();
    expect(complaints).toEqual([]);
  });

  it("offers a way on to somebody who has left the last workspace, and switches in the drawer of a phone", async () => {
    const context = await chat.open(phone);
    const { workspaceId } = await chat.signUp(context, "Grace");
    const page = await context.newPage();
    await page.goto(`/w/${workspaceId}/chat`);
    await page.getByRole("button", { name: "Open sidebar" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Workspace: / })
      .click();
    await page.getByRole("menuitem", { name: "New workspace" }).click();
    await page.getByRole("dialog", { name: "New workspace" }).getByLabel("Name").fill("Second");
    await page.getByRole("button", { name: "Make workspace" }).click();
    await page.getByRole("heading", { name: "Members", level: 1 }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);

    await page.route("**/api/me", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), workspaces: [] } });
    });
    await page.goto("/");
    await page.getByRole("heading", { name: "You are in no workspace" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute("**/api/me");
    await page.getByRole("button", { name: "New workspace" }).click();
    await page.getByLabel("Name").fill("Third");
    await page.getByRole("button", { name: "Make workspace" }).click();
    await page.getByRole("heading", { name: "Members", level: 1 }).waitFor();
  });
});
