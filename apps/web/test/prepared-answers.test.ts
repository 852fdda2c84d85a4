import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { accessibilityFaults, complaints, desktop } from "./support/browser.ts";
import { chatInBrowser } from "./support/chat.ts";

skipUnless("chromium")("prepared answers in a browser", () => {
  const chat = chatInBrowser({ environment: ({ openai }) => ({ OPENAI_API_KEY: "one", OPENAI_BASE_URL: openai }) });

  it("are written, asked of a model for many values, switched off and deleted", async () => {
    const context = await chat.open(desktop);
    const { workspaceId } = await chat.signUp(context);
    const page = await context.newPage();
    const faults = complaints(page);
    await page.goto(`/w/${workspaceId}/settings/prepared-answers`);
    await page.getByText("Nothing is prepared yet").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole("button", { name: "Prepare an answer" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Save" }).click();
    expect(await dialog.getByText("Must not be empty.").count()).toBe(2);
    await dialog.getByRole("textbox", { name: "Question" }).fill("When are you open?");
    await dialog.getByRole("textbox", { name: "Answer" }).fill("From 9 to 5.");
    expect(await accessibilityFaults(page, "[role=dialog]")).toEqual([]);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const rows = page.getByRole("list", { name: "Prepared answers" }).getByRole("listitem");
    expect(await rows.innerText()).toMatch(
      /^When are you open\?\s+From 9 to 5\.\s+any model, any system prompt · written by hand just now · not given yet/,
    );

    await page.getByRole("button", { name: "Prepare an answer" }).click();
    await dialog.getByText("A model writes it").click();
    await dialog.getByRole("textbox", { name: "Question" }).fill("What is {{value}}? [[text='A city.']]");
    await dialog.getByRole("textbox", { name: "Values" }).fill("Rome\nParis\n");
    await dialog.getByText("One a line, for {{value}}: 2 values.").waitFor();
    await dialog.getByRole("button", { name: "Ask" }).click();
    await dialog.waitFor({ state: "detached" });
    // The page hears of the answers by itself.
    await expect.poll(() => rows.filter({ hasText: "A city." }).count(), { timeout: 20_000 }).toBe(2);
    expect(await accessibilityFaults(page)).toEqual([]);

    const ours = rows.filter({ hasText: "When are you open?" });
    await ours.getByRole("switch").click();
    await expect.poll(() => ours.getByRole("switch").getAttribute("aria-checked")).toBe("false");
    await ours.getByRole("button", { name: /^What to do with/ }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete answer" }).click();
    await expect.poll(() => rows.count()).toBe(2);
    expect(faults).toEqual([]);
  });
});
