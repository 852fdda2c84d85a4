import { skipUnless } from "@mindmesh/test-support";
import type { Browser } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults, complaints, desktop, phone } from "./support/browser.ts";
import { chatInBrowser } from "./support/chat.ts";

skipUnless("chromium")("model routing in a browser", () => {
  const chat = chatInBrowser({
    environment: ({ openai, google }) => ({
      OPENAI_API_KEY: "one",
      OPENAI_BASE_URL: openai,
      GEMINI_API_KEY: "two",
      GOOGLE_BASE_URL: google,
    }),
  });

  async function open(settings: Parameters<Browser["newContext"]>[0]) {
    const context = await chat.open(settings);
    const { workspaceId } = await chat.signUp(context);
    const page = await context.newPage();
    const faults = complaints(page);
    await page.goto(`/w/${workspaceId}/settings/routing`);
    await page.getByRole("heading", { name: "Backup" }).waitFor();
    return { context, page, faults, workspaceId };
  }

  it("a tier can be chosen in Chat: the picker says what it is now and why, the answer says which model it was", async () => {
    const { page, faults, workspaceId } = await open(desktop);
    await page.goto(`/w/${workspaceId}/chat`);
    await page.getByRole("button", { name: /^Model: / }).click();
    const list = page.getByRole("listbox", { name: "Models" });
    const cheap = list.getByRole("option", { name: /^Cheap/ });
    await expect
      .poll(() => cheap.innerText())
      .toMatch(/Now \w+\/\S+ for ordinary questions\s+chosen by itself, the server’s key/);
    expect(await accessibilityFaults(page, "[role=dialog]")).toEqual([]);
    const model = /Now (\S+)/.exec(await cheap.innerText())?.[1] ?? "";
    await cheap.click();
    await page.getByRole("button", { name: "Model: Cheap" }).waitFor();
    await page.getByRole("textbox", { name: "Message", exact: true }).fill("Hello");
    await page.getByRole("textbox", { name: "Message", exact: true }).press("Enter");
    const figures = page.getByRole("button", { name: new RegExp(`^${model.slice(model.indexOf("/") + 1)} · `) });
    await figures.click();
    const details = page.getByRole("dialog", { name: "How this answer was made" });
    await details.getByText(/^Why: cheap: automatic/).waitFor();
    expect(await details.innerText()).toContain(model);
    expect(await accessibilityFaults(page, "[role=dialog]")).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("shows what each tier does by itself, and takes a rule that then decides", async () => {
    const { context, page, faults, workspaceId } = await open(desktop);
    const chain = page.getByRole("list", { name: "Quality, hard tasks" });
    expect(await chain.innerText()).toMatch(/openai\/gpt-5\s+server’s key[\s\S]+google\/gemini-2\.5-pro/);

    await page.getByRole("button", { name: "Add a rule for fast" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Name at least one model.").waitFor();
    for (const name of [/gemini.2\.5.flash$/i, /gpt.5.mini$/i]) {
      await dialog.getByRole("combobox").first().click();
      await page.getByRole("option", { name }).click();
    }
    await dialog.getByRole("button", { name: "Try openai/gpt-5-mini sooner" }).click();
    await dialog.getByRole("checkbox", { name: "The prompt has images" }).click();
    await dialog.getByRole("spinbutton").fill("5000");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const rules = page.getByRole("list", { name: "Rules of fast" });
    expect(await rules.innerText()).toMatch(/For prompts of about 5,000 tokens and more, with images/);

    const stored = await context.request.get(`/api/workspaces/${workspaceId}/models/routing`);
    expect(await stored.json()).toMatchObject({
      rules: [
        {
          tier: "fast",
          when: { longerThanTokens: 5000, images: true },
          models: ["openai/gpt-5-mini", "google/gemini-2.5-flash"],
        },
      ],
    });
    await page.getByRole("button", { name: /^Remove the rule/ }).click();
    await page.getByRole("button", { name: "Remove rule" }).click();
    await rules.waitFor({ state: "detached" });
    expect(faults).toEqual([]);
  });

  it.each([
    ["desktop, light", { ...desktop, colorScheme: "light" as const }],
    ["desktop, dark", { ...desktop, colorScheme: "dark" as const }],
    ["phone, light", { ...phone, colorScheme: "light" as const }],
    ["phone, dark", { ...phone, colorScheme: "dark" as const }],
  ])("is without accessibility faults and fits (%s)", async (_, settings) => {
    const { page } = await open(settings);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
  });
});
