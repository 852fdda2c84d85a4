import { skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults, phone } from "../support/browser.ts";
import { chatInBrowser, composer } from "../support/chat.ts";
import { claudeConversation, jsonFile } from "../support/export-files.ts";

// Long enough that the one looked for is not drawn until somebody goes there.
const longTalk = Array.from({ length: 90 }, (_, index) =>
  index === 7 ? "The **lighthouse** at Cordouan was lit with whale oil." : `Remark ${index} of a long talk.`,
);

skipUnless("chromium")("the search over all conversations", () => {
  const chat = chatInBrowser();

  /** Signs somebody up who has a history, and opens the page. */
  async function withHistory(settings?: Parameters<typeof chat.open>[0]) {
    const context = await chat.open(settings);
    const { workspaceId } = await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await page.goto(`/w/${workspaceId}/settings/import`);
    await page
      .getByLabel("Export file")
      .setInputFiles(
        jsonFile("conversations.json", [
          claudeConversation("talk", "Evenings by the sea", longTalk),
          claudeConversation("oil", "Whale oil prices", ["What did it cost?", "A fortune."]),
          claudeConversation("tea", "Kinds of tea", ["Name some", "Assam and Darjeeling."]),
        ]),
      );
    await page.getByRole("list", { name: "Imports" }).getByText("3 conversations added").waitFor();
    return { page, complaints };
  }

  const field = (page: Page) => page.getByRole("dialog", { name: "Command palette" }).getByRole("combobox");

  it("finds messages and titles while the words are typed, marks the words, and jumps to the message", async () => {
    const { page, complaints } = await withHistory();
    await page.keyboard.press("Control+k");
    await field(page).waitFor();
    await page.keyboard.type("wha", { delay: 30 });
    const titles = page.getByRole("group", { name: "Conversations" }).getByRole("option");
    const found = page.getByRole("group", { name: "Messages" }).getByRole("option");
    await titles.getByText("Whale oil prices").waitFor();
    await found.getByText("Evenings by the sea").waitFor();
    expect((await found.locator("mark").allInnerTexts()).map((text) => text.toLowerCase())).toContain("whale");

    await page.keyboard.type("le oil lit", { delay: 30 });
    await titles.getByText("Whale oil prices").waitFor({ state: "detached" });
    expect(await found.count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");

    const message = page.getByText("at Cordouan was lit with whale oil");
    await message.waitFor();
    await expect.poll(() => page.evaluate<number>(`CSS.highlights.get("found")?.size ?? 0`)).toBe(3);
    // Below the header, above the composer, once the thread has found its place.
    const top = async () => (await message.boundingBox())?.y ?? 0;
    await expect.poll(top).toBeGreaterThan(48);
    await expect.poll(top).toBeLessThan(700);
    expect(complaints).toEqual([]);
  });

  it("says so when nothing is found, and finds on a phone from the drawer", async () => {
    const { page } = await withHistory(phone);
    await page.getByRole("button", { name: "Open sidebar" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Search" }).click();
    await field(page).fill("xylophone quartet");
    await page.getByText("Nothing fits these words.").waitFor();
    await field(page).fill("darjeel");
    await page.getByRole("option").filter({ hasText: "Kinds of tea" }).click();
    await page.getByText("Assam and Darjeeling.").waitFor();
    await composer(page).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
