import { skipUnless } from "@mindmesh/test-support";
import type { Locator } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults } from "../support/browser.ts";
import { answers, chatInBrowser, endedAnswer, send } from "../support/chat.ts";

/** A list of figures by their names. */
const figures = (list: Locator) =>
  list.evaluate((element) =>
    Object.fromEntries(
      [...element.querySelectorAll("dt")].map((name) => [name.textContent, name.nextElementSibling?.textContent]),
    ),
  );
const inDollars = (text: string | null | undefined) => Number(/\$(\d+\.\d+)/.exec(text ?? "")?.[1]);

skipUnless("chromium")("tokens and cost in a browser", () => {
  const chat = chatInBrowser({ environment: ({ openai }) => ({ OPENAI_API_KEY: "one", OPENAI_BASE_URL: openai }) });

  it("stand below each answer as the provider counted them, and in the header for the whole conversation", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    chat.models.setBehaviour({ text: "First.", usage: { input: 30_000, output: 2000, reasoning: 1500, cached: 4000 } });
    await send(page, "One");
    expect(await endedAnswer(page)).toBe("First.");
    const below = answers(page)
      .first()
      .getByRole("button", { name: /32,000 tokens · \$/ });
    const cost = inDollars(await below.textContent());
    expect(cost).toBeGreaterThan(0);
    await below.click();
    const details = page.getByRole("dialog", { name: "How this answer was made" });
    await details.getByText("Cost").waitFor();
    const { Cost, ...tokens } = await figures(details);
    expect(tokens).toEqual({
      "Tokens read": "30,000",
      "of them from the cache": "4,000",
      "Tokens written": "2,000",
      "of them for reasoning": "1,500",
    });
    expect(inDollars(Cost)).toBe(cost);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");

    chat.models.setBehaviour({ text: "Second.", usage: { input: 60_000, output: 4000, reasoning: 0, cached: 0 } });
    await send(page, "Two");
    await answers(page).nth(1).waitFor();
    expect(await endedAnswer(page)).toBe("Second.");
    const second = inDollars(
      await answers(page)
        .nth(1)
        .getByRole("button", { name: /64,000 tokens · \$/ })
        .textContent(),
    );
    await page.reload();
    await page.getByRole("banner").or(page.locator("header")).getByRole("button", { name: /^\$\d/ }).click();
    const whole = page.getByRole("dialog", { name: "Tokens and cost" });
    const { Cost: spent, ...sums } = await figures(whole);
    expect(sums).toEqual({ Answers: "2", "Tokens read": "90,000", "Tokens written": "6,000" });
    // Each of the three is rounded by itself.
    expect(Math.abs(inDollars(spent) - cost - second)).toBeLessThan(0.011);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

skipUnless("chromium")("reasoning and presets in a browser", () => {
  const chat = chatInBrowser();

  it("folds away what the model thought, opens it on demand, and finds it again after a reload", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await send(page, "Think [[reasoning=Pondered text=Done.]]");
    expect(await endedAnswer(page)).toContain("Done.");
    const answer = answers(page).first();
    const fold = answer.getByRole("button", { name: /^(?:Thought|Reasoning)/ });
    expect(await fold.getAttribute("aria-expanded")).toBe("false");
    expect(await answer.getByText("Pondered", { exact: true }).count()).toBe(0);
    await fold.click();
    await answer.getByText("Pondered", { exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await fold.click();
    expect(await answer.getByText("Pondered", { exact: true }).count()).toBe(0);
    await page.reload();
    await fold.click();
    await answer.getByText("Pondered", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("keeps presets: one is made, begins a conversation with its system prompt, is changed and deleted", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await page.getByRole("button", { name: "Show and manage" }).click();
    await page.getByRole("menuitem", { name: "Presets" }).click();
    const dialog = page.getByRole("dialog", { name: "Presets" });
    await dialog.getByText("No presets yet.").waitFor();
    await dialog.getByRole("button", { name: "New preset" }).click();
    await dialog.getByLabel("Name").fill("Pirate");
    await dialog.getByLabel("System prompt").fill("Answer as a pirate.");
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Answer as a pirate.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Preset", exact: true }).click();
    await page.getByRole("menuitemradio", { name: "Pirate" }).click();
    await page.getByRole("button", { name: "Pirate" }).waitFor();
    await send(page, "Who are you?");
    await endedAnswer(page);
    const asked = chat.models.requests.map(({ body }) => JSON.stringify(body ?? null));
    expect(asked.find((body) => body.includes("Who are you?"))).toContain("Answer as a pirate.");

    await page.getByRole("button", { name: "Show and manage" }).click();
    await page.getByRole("menuitem", { name: "Presets" }).click();
    await dialog.getByRole("button", { name: "Change Pirate" }).click();
    await dialog.getByLabel("Name").fill("Poet");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("button", { name: "Delete Poet" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete preset" }).click();
    await dialog.getByText("No presets yet.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "New conversation" }).first().click();
    await page.getByText("What is on your mind?").waitFor();
    expect(await page.getByRole("button", { name: /^(?:Preset|Poet|Pirate)$/ }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
