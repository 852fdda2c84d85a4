import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults } from "../support/browser.ts";
import { chatInBrowser, composer, endedAnswer, questions, send } from "../support/chat.ts";

// One red pixel.
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

skipUnless("chromium")("attaching files", () => {
  const chat = chatInBrowser();
  const tray = (page: Page) => page.getByRole("list", { name: "Attached files" }).getByRole("listitem");

  async function newPage() {
    const context = await chat.open();
    await chat.signUp(context);
    return { context, ...(await chat.newConversation(context)) };
  }

  /** Gives files to the page as the mouse or the clipboard would. */
  async function transfer(page: Page, how: "drop" | "paste", name: string, mediaType: string, base64: string) {
    const data = await page.evaluateHandle(
      ([fileName, type, content]) => {
        const { DataTransfer, File, atob } = globalThis as unknown as {
          DataTransfer: new () => { items: { add(file: unknown): void } };
          File: new (parts: Uint8Array[], fileName: string, settings: object) => unknown;
          atob(text: string): string;
        };
        const transferred = new DataTransfer();
        const bytes = Uint8Array.from(atob(content ?? ""), (character) => character.charCodeAt(0));
        transferred.items.add(new File([bytes], fileName ?? "", { type }));
        return transferred;
      },
      [name, mediaType, base64],
    );
    if (how === "paste") {
      await composer(page).evaluate((field, clipboardData) => {
        const { ClipboardEvent } = globalThis as unknown as { ClipboardEvent: new (...given: unknown[]) => never };
        (field as unknown as { dispatchEvent(event: never): void }).dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
        );
      }, data);
      return;
    }
    for (const type of ["dragenter", "dragover"]) await composer(page).dispatchEvent(type, { dataTransfer: data });
    await page.getByText("Drop to attach").waitFor();
    await composer(page).dispatchEvent("drop", { dataTransfer: data });
    await page.getByText("Drop to attach").waitFor({ state: "detached" });
  }

  it("takes files by drop, paste and picker, keeps them through a reload, and gives them to the model", async () => {
    const { page, complaints } = await newPage();
    const notes = Buffer.from("# Plan\nThe launch is on the ninth of March.").toString("base64");
    await transfer(page, "drop", "notes.md", "text/markdown", notes);
    await tray(page).getByText("notes.md").waitFor();
    await transfer(page, "paste", "dot.png", "image/png", png);
    await tray(page).getByText("dot.png").waitFor();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Attach files" }).click();
    await (
      await chooser
    ).setFiles([
      { name: "sums.csv", mimeType: "text/csv", buffer: Buffer.from("city,people\nLyon,522250\n") },
      { name: "wrong.txt", mimeType: "text/plain", buffer: Buffer.from("to be removed") },
    ]);
    await expect.poll(() => tray(page).count()).toBe(4);
    await page.getByRole("button", { name: "Remove wrong.txt" }).click();
    await tray(page).getByRole("progressbar").first().waitFor({ state: "detached" });
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.reload();
    await expect.poll(() => tray(page).count()).toBe(3);

    await send(page, "When is the launch?");
    await endedAnswer(page);
    expect(await tray(page).count()).toBe(0);
    const files = questions(page).getByRole("list", { name: "Files" });
    await files.getByText("notes.md").waitFor();
    await files.getByText("sums.csv").waitFor();
    const image = files.getByRole("img", { name: "dot.png" });
    await expect
      .poll(() => image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(0);
    const asked = JSON.stringify(chat.models.requests.at(-1)?.body);
    expect(asked).toContain("ninth of March");
    expect(asked).toContain("522250");
    expect(asked).toContain("image/png;base64");
    expect(asked).not.toContain("to be removed");
    expect(complaints).toEqual([]);
  });

  it("shows how far a slow upload is, sends nothing before it has arrived, and can be cancelled", async () => {
    const { context, page } = await newPage();
    const devtools = await context.newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 };
    await devtools.send("Network.emulateNetworkConditions", slow);
    const large = { name: "large.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(4_000_000, 7) };
    await page.getByLabel("Files to attach").setInputFiles(large);
    await tray(page)
      .getByText(/^[1-9]\d? % of/)
      .waitFor();
    expect(await tray(page).getByRole("progressbar").getAttribute("aria-valuenow")).not.toBeNull();
    await composer(page).fill("What is it?");
    await page.getByText("Files are on their way").waitFor();
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Remove large.bin" }).click();
    expect(await tray(page).count()).toBe(0);
    await devtools.send("Network.emulateNetworkConditions", { ...slow, uploadThroughput: -1 });
    await page.getByRole("button", { name: "Send", exact: true }).click();
    expect(await endedAnswer(page)).toContain("What is it?");
  });

  it("says why a file is refused: before it is sent, by the server, and when the network breaks, with a way to go on", async () => {
    const { page } = await newPage();
    const folder = await mkdtemp(join(tmpdir(), "mindmesh-large-"));
    const path = join(folder, "film.mov");
    try {
      const file = await open(path, "w");
      await file.truncate(101 * 1024 * 1024);
      await file.close();
      await page.getByLabel("Files to attach").setInputFiles(path);
      await page
        .getByText(/“film.mov” is too large: a file can have 100 MB at most/)
        .first()
        .waitFor();
      expect(await tray(page).count()).toBe(0);

      // Without knowing the limit the page must take the server's word.
      await page.route("**/file-limits", (route) => route.abort());
      await page.reload();
      await page.getByLabel("Files to attach").setInputFiles(path);
      await tray(page)
        .getByText(/The file is too large: at most 100 MB/)
        .waitFor();
      await composer(page).fill("Hello");
      await page.getByText("A file was not sent: send it again or remove it").waitFor();
      await page.getByRole("button", { name: "Remove film.mov" }).click();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }

    await page.route("**/files?*", (route) => route.abort());
    const small = { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("a note") };
    await page.getByLabel("Files to attach").setInputFiles(small);
    await tray(page).getByText("The upload was cut off.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute("**/files?*");
    await page.getByRole("button", { name: "Send note.txt again" }).click();
    await tray(page).getByText("6 bytes").or(tray(page).getByText("6 B")).waitFor();
  });
});
