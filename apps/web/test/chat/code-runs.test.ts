import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { accessibilityFaults } from "../support/browser.ts";
import { endedAnswer, send } from "../support/chat.ts";
import { block, codeInBrowser, runButton } from "../support/code.ts";

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

skipUnless("chromium")("code that runs in a conversation", () => {
  const { chat, withCode, onAnotherDevice } = codeInBrowser();

  it("shows printed text, a figure, a table and a file below the block, on both devices, and after a reload", async () => {
    const { page, person, complaints: said } = await withCode("python", figures);
    const other = await onAnotherDevice(person.email, page.url());
    await runButton(block(other)).waitFor();
    await runButton(block(page)).click();
    for (const each of [page, other]) {
      await block(each)
        .getByText(/^Finished in/)
        .first()
        .waitFor();
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
    for (const each of [page, other])
      await block(each)
        .getByText(/^Stopped/)
        .first()
        .waitFor();
    const shown = await block(page).getByRole("region", { name: "Output" }).innerText();
    expect(shown.match(/step \d+/g)?.slice(0, 5)).toEqual(["step 0", "step 1", "step 2", "step 3", "step 4"]);
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
