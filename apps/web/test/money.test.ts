import { skipUnless } from "@mindmesh/test-support";
import type { Browser } from "playwright-core";
import { expect, it } from "vitest";
import { accessibilityFaults, complaints, desktop, phone } from "./support/browser.ts";
import { chatInBrowser } from "./support/chat.ts";

skipUnless("chromium")("usage and budgets in a browser", () => {
  const chat = chatInBrowser();

  async function signedUp(settings: Parameters<Browser["newContext"]>[0]) {
    const context = await chat.open(settings);
    return { context, ...(await chat.signUp(context)) };
  }

  /** Ended calls of the last days, each with another model and cost. */
  async function addCalls(workspaceId: string, personId: string, days: number) {
    for (let ago = 0; ago < days; ago += 1) {
      await chat.server.sql(
        `INSERT INTO kernel.model_calls (workspace_id, id, user_id, product, provider, model, key_source, status, estimated, input_tokens, output_tokens, cost_usd, started_at)
         VALUES ($1, gen_random_uuid(), $2, 'chat', 'openai', $3, 'server', 'done', $4, $5, $6, $7, now() - make_interval(days => $8))`,
        [
          workspaceId,
          personId,
          `gpt-${(ago % 3) + 3}`,
          ago % 7 === 0,
          1000 + ago * 700,
          300 + ago * 90,
          ago === 2 ? null : 0.4 + (ago % 5) * 0.35,
          ago,
        ],
      );
    }
  }

  it("shows cost by day as a chart and as a table, by model and person, and gives it as CSV", async () => {
    const { context, workspaceId, personId } = await signedUp(desktop);
    await addCalls(workspaceId, personId, 20);
    const page = await context.newPage();
    const faults = complaints(page);
    await page.goto(`/w/${workspaceId}/settings/usage`);
    await page.getByRole("img", { name: /^cost by day from .+; most on .+: \$1\.80$/ }).waitFor();
    await page
      .getByText(/^at least \$/)
      .first()
      .waitFor();
    await page.getByText("1 call of unknown cost, 3 estimated").waitFor();
    await page.getByText("The same as a table").click();
    expect(await page.getByRole("region", { name: "Usage by day" }).getByRole("row").count()).toBe(21);
    expect(await page.getByRole("region", { name: "Usage by Model" }).getByRole("row").count()).toBe(4);
    await page.getByRole("radio", { name: "Person" }).click();
    await page.getByRole("region", { name: "Usage by Person" }).getByText("Ada").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    expect((await download).suggestedFilename()).toMatch(/^usage-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/);
    await page.getByLabel("Period").click();
    await page.getByRole("option", { name: "Last 7 days" }).click();
    await expect.poll(() => page.getByRole("region", { name: "Usage by day" }).getByRole("row").count()).toBe(8);
    expect(page.url()).toContain("days=%227%22");
    expect(faults).toEqual([]);
  });

  it("sets a budget for each person and a price on a phone, and shows what is spent of it", async () => {
    const { context, workspaceId, personId } = await signedUp(phone);
    const page = await context.newPage();
    await page.goto(`/w/${workspaceId}/settings/budgets`);
    await page.getByText("No budgets").waitFor();
    await page.getByRole("button", { name: "Add a budget" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("For", { exact: true }).click();
    await page.getByRole("option", { name: "A person" }).click();
    await dialog.getByLabel("US dollars").fill("-1");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Must not be negative.").waitFor();
    await dialog.getByLabel("US dollars").fill("2.5");
    expect(await accessibilityFaults(page, "[role=dialog]")).toEqual([]);
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Each person: $2.50 a month").waitFor();
    await chat.server.sql(
      `INSERT INTO kernel.budget_meters (workspace_id, budget_id, subject, period_start, spent_nano)
       SELECT workspace_id, id, $2, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 2.1e9 FROM kernel.budgets WHERE workspace_id = $1`,
      [workspaceId, personId],
    );
    await page.reload();
    await page.getByText("Ada: $2.10 spent (84 %)").waitFor();
    await page.getByRole("button", { name: "Set a price" }).click();
    await dialog.getByLabel("Models").fill("our-server/*");
    await dialog.getByLabel("Input, dollars per million tokens").fill("0.5");
    await dialog.getByLabel("Output, dollars per million tokens").fill("1");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("cell", { name: "our-server/*", exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
