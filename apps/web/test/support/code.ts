import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox, type Sandbox } from "@mindmesh/sandbox";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { answers, chatInBrowser, endedAnswer, send } from "./chat.ts";

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

/** A server whose code runs behind the best wall of this machine, and a browser. Call it inside `describe`. */
export function codeInBrowser() {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mindmesh-code-"));
    sandbox = await openSandbox({ directory: folder, concurrency: 2, log: () => undefined });
  }, 120_000);
  const chat = chatInBrowser({
    sandbox: () => ({ open: async () => sandbox, describe: () => sandbox.describe(), close: () => sandbox.close() }),
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  return {
    chat,
    /** A conversation whose last answer holds this code. */
    async withCode(language: string, code: string) {
      const context = await chat.open();
      const person = await chat.signUp(context);
      const opened = await chat.newConversation(context);
      await send(opened.page, answerWith(language, code));
      await endedAnswer(opened.page);
      return { person, ...opened };
    },
    /** The same conversation on another browser of the same person. */
    async onAnotherDevice(email: string, address: string, settings?: Parameters<typeof chat.open>[0]) {
      const context = await chat.open(settings);
      await chat.signIn(context, email);
      const page = await context.newPage();
      await page.goto(new URL(address).pathname);
      return page;
    },
  };
}
