import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { chatInBrowser, endedAnswer, send } from "../support/chat.ts";
import { answerWith, block, openPanel, panel, runButton, writeFile } from "../support/code.ts";

skipUnless("chromium")("where nothing can run code, the page", () => {
  const chat = chatInBrowser();

  it("says so at a block of code and in the panel, where files can still be written", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context);
    const { page } = await chat.newConversation(context);
    await send(page, answerWith("python", "print(1)"));
    await endedAnswer(page);
    expect(await runButton(block(page)).count()).toBe(0);
    await block(page).getByRole("button", { name: "Cannot run" }).click();
    await block(page)
      .getByText(/^Code cannot run here\./)
      .waitFor();
    await openPanel(page);
    await panel(page)
      .getByText(/^Code cannot run here\./)
      .waitFor();
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
