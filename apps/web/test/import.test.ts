import { skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults } from "./support/browser.ts";
import { chatInBrowser } from "./support/chat.ts";
import { chatGptConversation, claudeConversation, jsonFile } from "./support/export-files.ts";

skipUnless("chromium")("importing from other programs", () => {
  const chat = chatInBrowser({ environment: () => ({}) });
  const imports = (page: Page) => page.getByRole("list", { name: "Imports" }).getByRole("listitem");
  const give = (page: Page, file: ReturnType<typeof jsonFile>) => page.getByLabel("Export file").setInputFiles(file);

  async function open() {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await page.goto(`/w/${workspaceId}/settings/import`);
    await page.getByText("None yet.").waitFor();
    return { context, page, complaints };
  }

  it("brings in ChatGPT's and Claude's conversations, which stand in the sidebar at once, and nothing twice", async () => {
    const { page, complaints } = await open();
    const bread = chatGptConversation("c-1", "Sourdough", "How do I feed a starter?", "Flour and water.");
    const hike = claudeConversation("h-1", "Hike plan", ["Plan a hike", "Start early."]);
    await give(page, jsonFile("chatgpt.json", [bread]));
    await imports(page).getByText("1 conversation added, 2 messages").waitFor();
    await give(page, jsonFile("claude.json", [hike]));
    await expect.poll(() => imports(page).count()).toBe(2);
    await imports(page).first().getByText("Done").waitFor();
    expect(await imports(page).first().innerText()).toContain("Claude");
    expect(await accessibilityFaults(page)).toEqual([]);

    await give(page, jsonFile("chatgpt again.json", [bread]));
    await imports(page).getByText("0 conversations added, 0 messages, 1 was here already").waitFor();
    const list = page.getByRole("navigation", { name: "Conversations" });
    expect(await list.getByRole("link").count()).toBe(2);
    await list.getByRole("link", { name: "Sourdough" }).click();
    await page.getByText("Flour and water.").waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows progress, goes on while the page is away, and stops when asked", async () => {
    const { page } = await open();
    const texts = Array.from({ length: 20 }, (_, index) => `Remark ${index} ${"on this and that ".repeat(20)}`);
    const many = Array.from({ length: 4000 }, (_, index) => claudeConversation(`m-${index}`, `Talk ${index}`, texts));
    await give(page, jsonFile("many.json", many));
    const bar = imports(page).getByRole("progressbar");
    await bar.waitFor();
    await expect
      .poll(async () => Number((await bar.getAttribute("aria-valuenow")) ?? 0), { timeout: 30_000 })
      .toBeGreaterThan(0);
    await page.reload();
    await bar.waitFor();
    await page.getByRole("button", { name: "Stop the import of many.json" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Stop import" }).click();
    await imports(page).getByText("Cancelled").waitFor();
    await bar.waitFor({ state: "detached" });
    expect(await imports(page).innerText()).toMatch(/[1-9][\d,]* conversations added/);
  });

  it("says in a sentence that a file is no export, and that an upload was cut off", async () => {
    const { page } = await open();
    await give(page, { name: "holiday.json", mimeType: "application/json", buffer: Buffer.from("hello") });
    await imports(page).getByText("Failed").waitFor();
    expect(await imports(page).innerText()).toMatch(/not an export/);
    await page.route("**/imports?*", (route) => route.abort());
    await give(page, jsonFile("cut.json", []));
    await page.getByText("The upload was cut off. Check the connection and try again.").waitFor();
  });
});
