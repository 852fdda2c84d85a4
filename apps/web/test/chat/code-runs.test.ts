import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox, type Sandbox } from "@mindmesh/sandbox";
import { skipUnless } from "@mindmesh/test-support";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults, complaints, phone } from "../support/browser.ts";
import { answers, chatInBrowser, endedAnswer, send } from "../support/chat.ts";

/** What a model's answer is when it is to hold a block of code. */
const answerWith = (language: string, code: string) => `[[text='Try this:\n\n\`\`\`${language}\n${code}\n\`\`\`\n']] Go on.`;

const figures = `class Sales:
    def _repr_html_(self):
        return "<table><tr><th>city</th><th>sold</th></tr><tr><td>Lyon</td><td onclick=\\"alert(1)\\">9</td></tr><tr><td>Lille</td><td>10</td></tr></table>"
class Plot:
    def _repr_svg_(self):
        return "<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"120\\" height=\\"80\\"><path d=\\"M0 80L120 0\\" stroke=\\"teal\\"/></svg>"
print("before")
display(Plot())
display(Sales())
open("out/cities.csv", "w").write("city,sold\\nLyon,9\\nLille,10\\n")
print("after")`;

const steps = `import time
for step in range(1000):
    print("step", step, flush=True)
    time.sleep(0.1)`;

/** A file of the editor with its text, typed as a person would. */
async function writeFile(page: Page, name: string, text: string) {
  await page.getByRole("button", { name: "New file" }).first().click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Make the file" }).click();
  await page.getByRole("tab", { name }).waitFor();
  await page.getByRole("textbox", { name: `Code of ${name}` }).focus();
  await page.keyboard.insertText(text);
}

const panel = (page: Page) => page.getByRole("region", { name: "Code", exact: true });
const openPanel = async (page: Page) => {
  await page.getByRole("button", { name: "Code of this conversation" }).click();
  await panel(page).getByRole("radio", { name: "Editor" }).waitFor();
};
const block = (page: Page): Locator => answers(page).last().locator("figure.code-block").first();
const runButton = (place: Locator) => place.getByRole("button", { name: "Run", exact: true });

skipUnless("chromium")("code that runs in a conversation", () => {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mindmesh-code-"));
    sandbox = await openSandbox({ directory: folder, concurrency: 2, log: () => undefined });
  });
  const chat = chatInBrowser({
    sandbox: () => ({ open: async () => sandbox, describe: () => sandbox.describe(), close: () => sandbox.close() }),
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A conversation whose last answer holds this code. */
  async function withCode(language: string, code: string) {
    const context = await chat.open();
    const person = await chat.signUp(context);
    const opened = await chat.newConversation(context);
    await send(opened.page, answerWith(language, code));
    await endedAnswer(opened.page);
    return { context, person, ...opened };
  }

  async function onAnotherDevice(email: string, address: string, settings?: Parameters<typeof chat.open>[0]) {
    const context = await chat.open(settings);
    await chat.signIn(context, email);
    const page = await context.newPage();
    await page.goto(new URL(address).pathname);
    return page;
  }

  it("shows printed text, a figure, a table and a file below the block, on both devices, and after a reload", async () => {
    const { page, person, complaints: said } = await withCode("python", figures);
    const other = await onAnotherDevice(person.email, page.url());
    await runButton(block(other)).waitFor();
    await runButton(block(page)).click();
    for (const each of [page, other]) {
      await block(each).getByText(/^Finished in/).first().waitFor();
      const output = block(each).getByRole("region", { name: "Output" });
      await output.getByText("after").waitFor();
      await output.getByRole("img", { name: "Figure 1 of the output" }).waitFor();
      const table = output.getByRole("table", { name: "Table 2" });
      expect(await table.getByRole("cell").allInnerTexts()).toEqual(["Lyon", "9", "Lille", "10"]);
      await output.getByRole("link", { name: "cities.csv" }).waitFor();
    }
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.reload();
    await block(page).getByRole("region", { name: "Output" }).getByText("before").waitFor();
    expect(said).toEqual([]);
  });

  it("streams while it runs, goes on through a reload, and Stop on another device ends an endless loop", async () => {
    const { page, person } = await withCode("python", steps);
    const other = await onAnotherDevice(person.email, page.url());
    await runButton(block(page)).click();
    await block(page).getByText("step 3").waitFor();
    await page.reload();
    await block(page).getByText("step 12").waitFor();
    await block(other).getByRole("button", { name: "Stop", exact: true }).click();
    for (const each of [page, other]) await block(each).getByText(/^Stopped/).first().waitFor();
    const shown = await block(page).getByRole("region", { name: "Output" }).innerText();
    expect(shown.match(/step \d+/g)?.slice(0, 5)).toEqual(["step 0", "step 1", "step 2", "step 3", "step 4"]);
  });

  it("in the editor marks the line of an error, leads to it, and the mended program runs by Ctrl+Enter", async () => {
    const { page, complaints: said } = await withCode("python", "print(1)");
    await openPanel(page);
    await writeFile(page, "broken.py", `def half(x):\n    return x / 0\n\nprint(half(2))`);
    await page.keyboard.press("Control+Enter");
    await page.locator(".cm-error-message").waitFor();
    expect(await page.locator(".cm-error-message").innerText()).toContain("ZeroDivisionError");
    await page.keyboard.press("Control+Home");
    await panel(page).getByRole("button", { name: /^Go to line/ }).click();
    await expect.poll(() => page.evaluate("document.activeElement.closest('.cm-editor') !== null")).toBe(true);
    const editor = page.getByRole("textbox", { name: "Code of broken.py" });
    await editor.press("Control+a");
    await page.keyboard.insertText("print(84 / 2)");
    await page.locator(".cm-error-message").waitFor({ state: "detached" });
    await page.keyboard.press("Control+Enter");
    await panel(page).getByText(/^Finished in/).first().waitFor();
    await panel(page).getByRole("region", { name: "Output" }).getByText("42.0").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(said).toEqual([]);
  });

  it("keeps the editor's files: on another device, renamed, deleted and taken back, and never lost to a conflict", async () => {
    const { page, person } = await withCode("python", "print(1)");
    await openPanel(page);
    await writeFile(page, "notes.py", "first = 1");
    const other = await onAnotherDevice(person.email, page.url());
    await openPanel(other);
    const theirs = other.getByRole("textbox", { name: "Code of notes.py" });
    await expect.poll(() => theirs.innerText()).toContain("first = 1");

    // Both write before either hears of the other.
    await other.context().setOffline(true);
    await theirs.press("Control+End");
    await other.keyboard.insertText("\nsecond = 2");
    await panel(other).getByText("Not saved").waitFor();
    await page.keyboard.insertText("\nthird = 3");
    await expect
      .poll(async () => (await page.context().request.get(`${filesUrl(page.url())}`)).text())
      .toContain("third = 3");
    await other.context().setOffline(false);
    await panel(other).getByRole("button", { name: "Save", exact: true }).click();
    await panel(other).getByText("notes.py was changed on another device").waitFor();
    await panel(other).getByRole("button", { name: "Keep mine" }).click();
    const mine = page.getByRole("textbox", { name: "Code of notes.py" });
    await expect.poll(() => mine.innerText()).toContain("second = 2");

    await panel(page).getByRole("button", { name: "More for notes.py" }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("kept.py");
    await page.getByRole("button", { name: "Rename", exact: true }).click();
    await panel(other).getByRole("tab", { name: "kept.py" }).waitFor();
    await panel(page).getByRole("button", { name: "More for kept.py" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await panel(other).getByText("No files yet").waitFor();
    await page.getByRole("button", { name: "Undo", exact: true }).first().click();
    await panel(other).getByRole("tab", { name: "kept.py" }).waitFor();
  });

  it("keeps variables from one run to the next where that is wanted, until they are forgotten", async () => {
    const { page } = await withCode("python", "print(1)");
    await openPanel(page);
    await writeFile(page, "count.py", "try: n += 1\nexcept NameError: n = 1\nprint('n is', n)");
    await panel(page).getByRole("switch", { name: "Keep variables" }).click();
    const shows = (text: string) => panel(page).getByRole("region", { name: "Output" }).getByText(text).waitFor();
    await runButton(panel(page)).click();
    await shows("n is 1");
    await runButton(panel(page)).click();
    await shows("n is 2");
    await panel(page).getByRole("button", { name: "Forget variables" }).click();
    await page.getByText("Variables forgotten", { exact: true }).first().waitFor();
    await runButton(panel(page)).click();
    await shows("n is 1");
  });

  it("lists the files that code made with their versions, a look at each, and every run", async () => {
    const { page } = await withCode("python", "print(1)");
    await openPanel(page);
    await writeFile(page, "table.py", `import os\nrows = 2 if os.path.exists("out/t.csv") else 1`);
    await page.keyboard.insertText(`\nopen("out/t.csv", "w").write("city,sold\\n" + "Lyon,9\\n" * rows)`);
    for (const finished of [1, 2]) {
      await runButton(panel(page)).click();
      await panel(page).getByRole("link", { name: finished === 1 ? /^t\.csv/ : /version 2/ }).waitFor();
    }
    await panel(page).getByRole("radio", { name: "Files" }).click();
    await panel(page).getByRole("button", { name: /^t\.csv/ }).click();
    const grid = panel(page).getByRole("table", { name: "t.csv" });
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("3");
    await panel(page).getByRole("combobox", { name: "Version" }).click();
    await page.getByRole("option", { name: /^Version 1/ }).click();
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("2");
    expect(await accessibilityFaults(page)).toEqual([]);
    await panel(page).getByRole("radio", { name: "Runs" }).click();
    await expect.poll(() => panel(page).getByRole("list", { name: "Runs" }).getByRole("listitem").count()).toBe(2);
    await panel(page).getByRole("button", { name: /table\.py/ }).first().click();
    await panel(page).getByLabel("Code", { exact: true }).last().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("on a phone fills the screen with the editor, which Close and Back leave", async () => {
    const { page, person } = await withCode("python", "print(6 * 7)");
    const small = await onAnotherDevice(person.email, page.url(), phone);
    const said = complaints(small);
    await block(small).getByRole("button", { name: "Open in the editor" }).click();
    const sheet = small.getByRole("dialog", { name: "Code" });
    await sheet.getByRole("textbox", { name: "Code of main.py" }).waitFor();
    expect((await sheet.boundingBox())?.width).toBe(390);
    await sheet.getByRole("button", { name: "Run", exact: true }).click();
    await sheet.getByRole("region", { name: "Output" }).getByText("42").waitFor();
    expect(await accessibilityFaults(small)).toEqual([]);
    await small.goBack();
    await sheet.waitFor({ state: "detached" });
    expect(said).toEqual([]);
  });

  it("shows what a model ran like a block of code, with its output", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await page.getByRole("button", { name: "Tools", exact: true }).click();
    const call = JSON.stringify({ language: "python", source: "print(6 * 7)" });
    await send(page, `[[tool=sandbox_runCode args='${call}']] What is six times seven?`);
    await endedAnswer(page);
    const card = page.getByRole("region", { name: "Tool call: Run code" });
    expect(await card.getByLabel("Code", { exact: true }).innerText()).toBe("print(6 * 7)");
    await card.getByRole("region", { name: "Output" }).getByText("42").waitFor();
  });
});

/** The API's list of the editor's files of the conversation at this address of the page. */
const filesUrl = (address: string) =>
  new URL(address).pathname.replace(/^\/w\/([^/]+)\/chat\/([^/]+).*/, "/api/workspaces/$1/chat/conversations/$2/editor-files");

describe("where nothing can run code", () => {
  skipUnless("chromium")("the page", () => {
    const chat = chatInBrowser();

    it("says so at a block of code and in the panel, where files can still be written", async () => {
      const context = await chat.open();
      const { workspaceId } = await chat.signUp(context);
      const { page } = await chat.newConversation(context);
      await send(page, answerWith("python", "print(1)"));
      await endedAnswer(page);
      expect(await runButton(block(page)).count()).toBe(0);
      await block(page).getByRole("button", { name: "Cannot run" }).click();
      await block(page).getByText(/^Code cannot run here\./).waitFor();
      await openPanel(page);
      await panel(page).getByText(/^Code cannot run here\./).waitFor();
      await writeFile(page, "later.py", "print(2)");
      expect(await runButton(panel(page)).isDisabled()).toBe(true);
      await page.goto(`/w/${workspaceId}/settings/code`);
      await page.getByText("Code cannot run here", { exact: true }).waitFor();
    });

    it("lets an admin set limits within their bounds, and says at the field what is wrong", async () => {
      const context = await chat.open();
      const { workspaceId } = await chat.signUp(context);
      const page = await context.newPage();
      await page.goto(`/w/${workspaceId}/settings/code`);
      const field = (name: string) => page.getByRole("textbox", { name, exact: true });
      await field("Memory").fill("9999");
      await field("Hosts that code may reach").fill("https://pypi.org/simple");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("Must be 64 to 4,096 MB.").waitFor();
      await page.getByText(/Must be a name such as pypi\.org/).waitFor();
      await field("Memory").fill("1024");
      await field("Hosts that code may reach").fill("pypi.org");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("Limits saved", { exact: true }).first().waitFor();
      await page.reload();
      await expect.poll(() => field("Memory").inputValue()).toBe("1024");
      expect(await field("Hosts that code may reach").inputValue()).toBe("pypi.org");
    });
  });
});
