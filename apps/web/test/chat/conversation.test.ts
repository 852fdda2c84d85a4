import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { accessibilityFaults, phone } from "../support/browser.ts";
import {
  answers,
  arrived,
  chatInBrowser,
  composer,
  endedAnswer,
  password,
  questions,
  send,
  writtenText,
} from "../support/chat.ts";

skipUnless("chromium")("a conversation in a browser", () => {
  const chat = chatInBrowser();

  it("sets a new server up with its first person and streams an answer to them, without a complaint", async () => {
    const context = await chat.open();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto("/");
    await page.getByRole("heading", { name: "Set up Mindmesh" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByLabel("Your name").fill("Ada Lovelace");
    await page.getByLabel("E-mail address").fill("ada@example");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Create the owner" }).click();
    await page.getByText("Is not an e-mail address.").waitFor();
    await page.getByText("Must have at least 10 characters.").waitFor();
    expect(await page.getByLabel("Your name").inputValue()).toBe("Ada Lovelace");

    await page.getByLabel("E-mail address").fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Create the owner" }).click();
    await composer(page).waitFor();
    await send(page, "What is a monoid?");
    expect(await endedAnswer(page)).toContain("What is a monoid?");
    await page.getByRole("navigation", { name: "Conversations" }).getByText("What is a monoid?").waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows the same tokens in two browsers while they arrive, and the same text at the end", async () => {
    const first = await chat.open();
    const { email } = await chat.signUp(first);
    const { page } = await chat.newConversation(first);
    await send(page, "Tell me much [[chunks=150 delay=40]]");
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);

    const second = await chat.open();
    await chat.signIn(second, email);
    const other = await second.newPage();
    await other.goto(new URL(page.url()).pathname);
    await arrived(other, 40);
    await arrived(page, 40);
    const [here, there] = await Promise.all([endedAnswer(page), endedAnswer(other)]);
    expect(here.length).toBeGreaterThan(500);
    expect(there).toBe(here);

    // What one browser sends, the other shows.
    await send(other, "And then?");
    await questions(page).getByText("And then?").waitFor();
    for (const each of [page, other]) await answers(each).nth(1).waitFor();
    expect(await endedAnswer(page)).toBe(await endedAnswer(other));
  });

  it("ends with the same text after a reload in mid-answer", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await send(page, "Tell me much [[chunks=120 delay=40 reasoning=1]]");
    await arrived(page, 60);
    await page.reload();
    await arrived(page, 200);
    const shown = await endedAnswer(page);
    await page.reload();
    expect(await endedAnswer(page)).toBe(shown);
    expect(shown).toContain("word120");
    expect(complaints).toEqual([]);
  });

  it("catches up with the answer after the network was away", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await send(page, "Tell me much [[chunks=120 delay=40]]");
    await arrived(page, 60);
    await context.setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await page.waitForTimeout(1500);
    await context.setOffline(false);
    const shown = await endedAnswer(page);
    await page.reload();
    expect(await endedAnswer(page)).toBe(shown);
    expect(shown).toContain("word120");
  });

  it("keeps a message that could not be sent, also through a reload, and sends it once the server can be reached", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await send(page, "The first one");
    await endedAnswer(page);
    await page.route("**/messages", (route) => route.abort());
    await send(page, "The second one");
    await page.getByText("it goes out as soon as the server can be reached").waitFor();
    await page.reload();
    await page.getByText("it goes out as soon as the server can be reached").waitFor();
    await page.unroute("**/messages");
    // Where the page's connection stands only now, it sends by itself and the button is gone: then the answer is pressed.
    await page.getByRole("button", { name: "Send again" }).or(answers(page).nth(1)).first().click();
    await expect.poll(() => answers(page).count(), { timeout: 30_000 }).toBe(2);
    expect(await endedAnswer(page)).toContain("The second one");
    await page.reload();
    await endedAnswer(page);
    expect(await questions(page).count()).toBe(2);
  });

  it("stops an answer with Escape, keeps what had arrived, and goes on from there", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await send(page, "A long story [[chunks=400 delay=30]]");
    await arrived(page, 80);
    await composer(page).press("Escape");
    await page.getByText("Stopped.").waitFor();
    const stopped = await writtenText(answers(page).last());
    await page.getByRole("button", { name: "Continue" }).click();
    await arrived(page, stopped.length + 40);
    await page.getByRole("button", { name: "Stop the answer" }).click();
    await page.getByText("Stopped.").waitFor();
    expect((await writtenText(answers(page).last())).startsWith(stopped)).toBe(true);
  });

  it("edits a message into a second version, walks between the versions, and remembers which one was shown", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await send(page, "Colour is spelled so");
    expect(await endedAnswer(page)).toContain("Colour is spelled so");
    await composer(page).press("ArrowUp");
    const field = page.getByRole("form", { name: "Edit the message" }).getByRole("textbox");
    expect(await field.inputValue()).toBe("Colour is spelled so");
    await field.fill("Color is spelled so");
    await field.press("Enter");
    await questions(page).getByText("Color is spelled so").waitFor();
    expect(await endedAnswer(page)).toContain("Color is spelled so");
    const versions = page.getByRole("group", { name: "Versions" });
    await versions.getByText("2/2").waitFor();
    const remembered = page.waitForResponse((response) => response.request().method() === "PATCH");
    await versions.getByRole("button", { name: "Version before" }).click();
    await versions.getByText("1/2").waitFor();
    expect(await endedAnswer(page)).toContain("Colour is spelled so");
    expect((await remembered).status()).toBe(200);
    await page.reload();
    await versions.getByText("1/2").waitFor();
    await questions(page).getByText("Colour is spelled so").waitFor();
  });

  it("lists the keys of the composer in the help sheet, and each does what it says there", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await composer(page).fill("The first line");
    await composer(page).press("Shift+Enter");
    await page.keyboard.type("The second line");
    await composer(page).press("Enter");
    await questions(page).getByText("The first line\nThe second line").waitFor();
    await endedAnswer(page);
    await composer(page).press("ArrowUp");
    const field = page.getByRole("form", { name: "Edit the message" }).getByRole("textbox");
    await field.press("Escape");
    await field.waitFor({ state: "detached" });

    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("keyboard");
    await page.getByRole("option", { name: /Keyboard shortcuts/ }).click();
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    const section = help.locator("section").filter({ has: page.getByRole("heading", { name: "Writing a message" }) });
    const listed = async () => {
      const keys = await section.getByRole("definition").allInnerTexts();
      return Object.fromEntries(
        (await section.getByRole("term").allInnerTexts()).map((title, at) => [title, keys[at]]),
      );
    };
    await expect.poll(listed).toEqual({
      Send: "↵",
      "Begin a new line": "Shift\n↵",
      "Edit the last message, if the field is empty": "↑",
      "Leave a message as it was": "Esc",
    });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("answers again beside the first answer, also with another model", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await send(page, "Which model are you?");
    await endedAnswer(page);
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByRole("group", { name: "Versions" }).getByText("2/2").waitFor();
    await endedAnswer(page);
    await page.getByRole("button", { name: "Answer with another model" }).click();
    await page.getByRole("combobox", { name: "Search models" }).fill("mini");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Versions" }).getByText("3/3").waitFor();
    expect(await endedAnswer(page)).toMatch(/Model: gpt-\S*mini/);
  });

  it("says in plain words why no answer came, and tries again", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await send(page, "[[fault=400 times=1]] hello");
    await page.getByText("No answer came").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    expect(await endedAnswer(page)).toContain("hello");
  });

  it("draws Markdown with formulas, colours and a diagram, and runs nothing that an answer smuggles in", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(chat.server.url) && !request.url().startsWith("data:")) foreign.push(request.url());
    });
    await send(page, "[[sample=markdown]] show");
    await endedAnswer(page);
    await page.locator(".katex").first().waitFor();
    await page.locator(".hljs-keyword").first().waitFor();
    const diagram = page.getByRole("img", { name: /^Diagram/ });
    await diagram.waitFor();
    expect(
      await diagram.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(100);
    expect(await accessibilityFaults(page)).toEqual([]);

    await send(page, "[[sample=hostile]] break in");
    await endedAnswer(page);
    await page.waitForTimeout(2000);
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    const links = await page.locator("article a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(links.filter((link) => /^\s*(javascript|data|vbscript):/i.test(link ?? ""))).toEqual([]);
    expect(await page.locator("article").locator("iframe, script, style, form[action]").count()).toBe(0);
    expect(foreign).toEqual([]);
    // The diagram's frame says that its policy stopped a handler: that is the wall at work.
    expect(complaints.filter((text) => !text.includes("The action has been blocked"))).toEqual([]);
  });

  it("works on a phone: drawer, sending by the button, nothing wider than the screen, every target large enough", async () => {
    const context = await chat.open(phone);
    await chat.signUp(context);
    const { page, complaints } = await chat.newConversation(context);
    await composer(page).fill("Everything [[sample=markdown]]");
    await page.getByRole("button", { name: "Send" }).click();
    await endedAnswer(page);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    const small = await page.locator("main button:visible, main textarea:visible").evaluateAll((all) =>
      all
        .map((element) => ({
          name: element.getAttribute("aria-label") ?? element.textContent,
          box: element.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.height < 44 || box.width < 44)
        .map(({ name, box }) => `${name}: ${box.width}x${box.height}`),
    );
    expect(small).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Open sidebar" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "New conversation" }).click();
    await page.getByRole("heading", { name: "What is on your mind?" }).waitFor();
    await page.getByRole("button", { name: "Open sidebar" }).click();
    await page
      .getByRole("dialog")
      .getByRole("link", { name: /Everything/ })
      .click();
    await answers(page).first().waitFor();
    expect(complaints).toEqual([]);
  });
});

skipUnless("chromium")("a conversation without any model", () => {
  const chat = chatInBrowser({ environment: () => ({}) });

  it("says how to get a model in three ways, and again where the answer is missing", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await page.getByText("There are three ways to get one").waitFor();
    expect(
      await page
        .getByRole("listitem")
        .filter({ hasText: /key|Ollama/ })
        .count(),
    ).toBe(3);
    await send(page, "Hello?");
    await page.getByText("No model is configured").first().waitFor();
    await page.getByRole("article", { name: "Answer" }).getByText("There are three ways to get one").waitFor();
    await page.getByRole("link", { name: "Add a key" }).click();
    await page.waitForURL(/settings\/models/);
  });
});
