import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { accessibilityFaults, complaints } from "./support/browser.ts";
import { chatInBrowser, password } from "./support/chat.ts";

skipUnless("chromium")("the page of background work", () => {
  const chat = chatInBrowser();

  it("shows the server's owner a job that gave up and why; retried it gives up again, and once the cause is mended it is done", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context);
    // What the export reads is away.
    await chat.server.sql("ALTER TABLE query.dashboards RENAME TO dashboards_away");
    expect((await context.request.post("/api/me/export", { data: { password } })).status()).toBe(201);
    const page = await context.newPage();
    const complained = complaints(page);
    await page.goto(`/w/${workspaceId}/settings/server-jobs`);
    const row = page.getByRole("list", { name: "Jobs" }).getByRole("listitem").filter({ hasText: "identity.export" });
    await row.getByText("Delayed").waitFor();
    // Its second attempt is the last one, and comes now.
    await chat.server.sql(
      "UPDATE pgboss.job SET retry_limit = 1, start_after = now() WHERE data ->> 'job' = 'identity.export'",
    );
    await row.getByText("Dead letter").waitFor();
    await row.getByText("dashboards").waitFor();

    await row.getByRole("button", { name: "identity.export", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "identity.export" });
    const failures = dialog.getByRole("listitem");
    await expect.poll(() => failures.count()).toBe(2);
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Retry now" }).click();
    await expect.poll(() => failures.count(), { timeout: 30_000 }).toBe(3);
    await dialog.getByText("Dead letter").waitFor();

    await chat.server.sql("ALTER TABLE query.dashboards_away RENAME TO dashboards");
    await dialog.getByRole("button", { name: "Retry now" }).click();
    await dialog.getByText("Done", { exact: true }).waitFor();
    expect(await dialog.getByRole("button", { name: "Retry now" }).count()).toBe(0);
    expect(complained).toEqual([]);
  });
});
