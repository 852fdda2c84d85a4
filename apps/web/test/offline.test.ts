import { skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults } from "./support/browser.ts";
import { chatInBrowser, composer, endedAnswer, send } from "./support/chat.ts";

skipUnless("chromium")("the page while its server is away", () => {
  const chat = chatInBrowser();

  /** A person at a new conversation, in a browser that has kept the shell. */
  async function visited() {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    await expect.poll(() => page.evaluate("navigator.serviceWorker.controller !== null")).toBe(true);
    return { context, page, address: `/w/${workspaceId}/chat` };
  }

  const unreached = (page: Page) => page.getByRole("alert").getByText("The server cannot be reached");
  /** Survives everything but a reload. */
  const mark = (page: Page) => page.evaluate("void (window.stillThisPage = true)");
  const marked = (page: Page) => page.evaluate("window.stillThisPage === true");

  it("opens without a network after one visit, says that the server cannot be reached, and goes on by itself once it can", async () => {
    const { context, page, address } = await visited();
    await context.setOffline(true);
    await page.goto(address);
    await unreached(page).waitFor();
    await page.reload();
    await unreached(page).waitFor();
    expect(new URL(page.url()).pathname).toBe(address);
    expect(await accessibilityFaults(page)).toEqual([]);
    await mark(page);
    await page.getByRole("button", { name: "Try again" }).click();
    await unreached(page).waitFor();
    await context.setOffline(false);
    await composer(page).waitFor();
    expect(await unreached(page).count()).toBe(0);
    await send(page, "Are you back?");
    expect(await endedAnswer(page)).toContain("Are you back?");
    expect(await marked(page)).toBe(true);
  });

  it("goes on by itself too where the network is there and only the server was away", async () => {
    const { page, address } = await visited();
    const ofServer = /\/(?:api|health)(?:\/|$)/;
    await page.route(ofServer, (route) => route.abort());
    await page.goto(address);
    await unreached(page).waitFor();
    await mark(page);
    // A proxy that answers for a server that is away is no server.
    await page.unroute(ofServer);
    await page.route("**/health", (route) => route.fulfill({ status: 502 }));
    await page.waitForResponse("**/health");
    await unreached(page).waitFor();
    await page.unroute("**/health");
    await composer(page).waitFor();
    expect(await marked(page)).toBe(true);
  });
});
