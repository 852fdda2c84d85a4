import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { accessibilityFaults, complaints, phone } from "../support/browser.ts";
import { block, codeInBrowser, openPanel, panel, runButton, writeFile } from "../support/code.ts";

/** The API's list of the editor's files of the conversation at this address of the page. */
const filesUrl = (address: string) =>
  new URL(address).pathname.replace(
    /^\/w\/([^/]+)\/chat\/([^/]+).*/,
    "/api/workspaces/$1/chat/conversations/$2/editor-files",
  );

skipUnless("chromium")("the editor beside a conversation", () => {
  const { withCode, onAnotherDevice } = codeInBrowser();

  it("in the editor marks the line of an error, leads to it, and the mended program runs by Ctrl+Enter", async () => {
    const { page, complaints: said } = await withCode("python", "print(1)");
    await openPanel(page);
    await writeFile(page, "broken.py", `def half(x):\n    return x / 0\n\nprint(half(2))`);
    await page.keyboard.press("Control+Enter");
    await page.locator(".cm-error-message").waitFor();
    expect(await page.locator(".cm-error-message").innerText()).toContain("ZeroDivisionError");
    await page.keyboard.press("Control+Home");
    await panel(page)
      .getByRole("button", { name: /^Go to line/ })
      .click();
    await expect.poll(() => page.evaluate("document.activeElement.closest('.cm-editor') !== null")).toBe(true);
    const editor = page.getByRole("textbox", { name: "Code of broken.py" });
    await editor.press("Control+a");
    await page.keyboard.insertText("print(84 / 2)");
    await page.locator(".cm-error-message").waitFor({ state: "detached" });
    await page.keyboard.press("Control+Enter");
    await panel(page)
      .getByText(/^Finished in/)
      .first()
      .waitFor();
    await panel(page).getByRole("region", { name: "Output" }).getByText("42.0").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(said).toEqual([]);
  });

  it("is as wide as a person draws it, by pointer or keys, and stays so", async () => {
    const { page, complaints: said } = await withCode("python", "print(1)");
    await openPanel(page);
    const edge = page.getByRole("separator", { name: "Width of the code panel" });
    const width = async () => (await panel(page).boundingBox())?.width ?? 0;
    const value = async () => Number(await edge.getAttribute("aria-valuenow"));
    const first = await width();
    expect(await value()).toBe(46);
    await edge.press("ArrowLeft");
    expect(await value()).toBe(48);
    await expect.poll(width).toBeGreaterThan(first);
    await edge.press("End");
    expect(await value()).toBe(25);
    await edge.press("Enter");
    expect(await value()).toBe(46);
    await expect.poll(async () => Math.abs((await width()) - first)).toBeLessThan(2);
    const box = await edge.boundingBox();
    if (!box) throw new Error("There is no edge.");
    await page.mouse.move(box.x + box.width / 2, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x - 120, box.y + 200, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Math.abs((await width()) - first - 120)).toBeLessThan(12);
    const drawn = await width();
    await page.reload();
    await panel(page).waitFor();
    expect(Math.abs((await width()) - drawn)).toBeLessThan(4);
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
      .poll(async () => (await page.context().request.get(filesUrl(page.url()))).text())
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
    expect(await panel(page).getByRole("region", { name: "Output" }).innerText()).not.toContain("n is 2");
  });

  it("lists the files that code made with their versions, a look at each, and every run", async () => {
    const { page } = await withCode("python", "print(1)");
    await openPanel(page);
    await writeFile(page, "table.py", `import os\nrows = 2 if os.path.exists("out/t.csv") else 1`);
    await page.keyboard.insertText(`\nopen("out/t.csv", "w").write("city,sold\\n" + "Lyon,9\\n" * rows)`);
    for (const finished of [1, 2]) {
      await runButton(panel(page)).click();
      await panel(page)
        .getByRole("link", { name: finished === 1 ? /^t\.csv/ : /version 2/ })
        .waitFor();
    }
    await panel(page).getByRole("radio", { name: "Files" }).click();
    await panel(page)
      .getByRole("button", { name: /^t\.csv/ })
      .click();
    const grid = panel(page).getByRole("table", { name: "t.csv" });
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("3");
    await panel(page).getByRole("combobox", { name: "Version" }).click();
    await page.getByRole("option", { name: /^Version 1/ }).click();
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("2");
    expect(await accessibilityFaults(page)).toEqual([]);
    await panel(page).getByRole("radio", { name: "Runs" }).click();
    await expect.poll(() => panel(page).getByRole("list", { name: "Runs" }).getByRole("listitem").count()).toBe(2);
    await panel(page)
      .getByRole("button", { name: /table\.py/ })
      .first()
      .click();
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
});
