import type { Locator, Page } from "playwright-core";
import { answers } from "./chat.ts";

/** What a model's answer is when it is to hold a block of code. */
export const answerWith = (language: string, code: string) =>
  `[[text='Try this:\n\n\`\`\`${language}\n${code}\n\`\`\`\n']] Go on.`;

/** A file of the editor with its text, typed as a person would. */
export async function writeFile(page: Page, name: string, text: string) {
  await page.getByRole("button", { name: "New file" }).first().click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Make the file" }).click();
  await page.getByRole("tab", { name }).waitFor();
  await page.getByRole("textbox", { name: `Code of ${name}` }).focus();
  await page.keyboard.insertText(text);
}

export const panel = (page: Page) => page.getByRole("region", { name: "Code", exact: true });
export const openPanel = async (page: Page) => {
  await page.getByRole("button", { name: "Code of this conversation" }).click();
  await panel(page).getByRole("radio", { name: "Editor" }).waitFor();
};
export const block = (page: Page): Locator => answers(page).last().locator("figure.code-block").first();
export const runButton = (place: Locator) => place.getByRole("button", { name: "Run", exact: true });
