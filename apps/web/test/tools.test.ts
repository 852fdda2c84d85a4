import { skipUnless } from "@mindmesh/test-support";
import type { BrowserContext } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { accessibilityFaults, complaints, phone } from "./support/browser.ts";
import { chatInBrowser, composer, endedAnswer, send } from "./support/chat.ts";

const emptyTrash = "[[tool=chat_emptyTrash]] Empty my trash";

skipUnless("chromium")("tools of a workspace in a browser", () => {
  const chat = chatInBrowser();

  beforeAll(() => {
    chat.server.running.tools.add([
      {
        name: "test.sleep",
        title: "Sleep",
        purpose: "Does nothing until it is told to stop.",
        input: z.object({}),
        output: z.object({}),
        inputSchema: { type: "object" },
        outputSchema: { type: "object" },
        right: null,
        scope: "read",
        risk: "read",
        idempotent: true,
        timeLimitMs: 120_000,
        run: (_input, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve({}))),
      },
    ]);
  });

  async function settingsOf(context: BrowserContext, workspaceId: string) {
    const page = await context.newPage();
    const faults = complaints(page);
    await page.goto(`/w/${workspaceId}/settings/tools`);
    await page.getByRole("list", { name: "Tools", exact: true }).waitFor();
    return { page, faults };
  }

  async function withTools(context: BrowserContext, address = "/") {
    const page = await context.newPage();
    await page.goto(address);
    await composer(page).waitFor();
    const toggle = page.getByRole("button", { name: "Tools", exact: true });
    await toggle.click();
    await expect.poll(() => toggle.getAttribute("aria-pressed")).toBe("true");
    return page;
  }

  it("a running call shows its seconds; Cancel stops it and the answer goes on", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const page = await withTools(context);
    await send(page, "[[tool=test_sleep]] Rest a while");
    const card = page.getByRole("region", { name: "Tool call: Sleep" });
    await card.getByText(/Running \d+ s/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await card.getByRole("button", { name: "Cancel", exact: true }).click();
    await card.getByText("The call was cancelled.").waitFor();
    await endedAnswer(page);
    expect(await card.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);
    expect(JSON.stringify(chat.models.requests.at(-1)?.body)).toContain("The call was cancelled.");
  });

  it("where an admin must approve, a member's yes passes the call on; the admin finds it under the bell and lets it run", async () => {
    const admins = await chat.open();
    const { workspaceId } = await chat.signUp(admins, "Ada");
    const { page: admin, faults } = await settingsOf(admins, workspaceId);
    const rule = admin.getByRole("switch", { name: "An admin must approve critical calls, too" });
    await rule.click();
    await admin.getByText("Saved", { exact: true }).first().waitFor();
    await expect.poll(() => rule.getAttribute("aria-checked")).toBe("true");
    await admin.getByText("Nothing waits.").waitFor();

    const members = await chat.open();
    const { personId } = await chat.signUp(members, "Bob");
    await chat.server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
      workspaceId,
      personId,
    ]);
    const page = await withTools(members, `/w/${workspaceId}/chat`);
    await send(page, emptyTrash);
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText(/You have approved it. An admin must approve it too, by/).waitFor();
    expect(await page.getByRole("button", { name: "Approve", exact: true }).count()).toBe(0);

    await admin.getByRole("button", { name: "Notifications, 1 new" }).click();
    await admin.getByRole("button", { name: /“Empty the trash” waits for an admin/ }).click();
    const waiting = admin.getByRole("list", { name: "Calls that wait for an admin" });
    await waiting.getByRole("region", { name: "Tool call: Empty the trash" }).waitFor();
    expect(await waiting.innerText()).toMatch(/Bob, from a conversation/);
    expect(await accessibilityFaults(admin)).toEqual([]);
    await waiting.getByRole("button", { name: "Approve", exact: true }).click();
    await admin.getByText("Nothing waits.").waitFor();
    await endedAnswer(page);
    await page.getByRole("region", { name: "Tool call: Empty the trash" }).getByText(/^Done/).waitFor();
    await admin.getByRole("button", { name: "Notifications", exact: true }).waitFor();
    expect(faults).toEqual([]);
  });

  it("finds tools by typing, switches one off for everybody, and says who called what", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context);
    const { page, faults } = await settingsOf(context, workspaceId);
    const list = page.getByRole("list", { name: "Tools", exact: true });
    await page.getByRole("searchbox", { name: "Search tools" }).fill("empty trash");
    await expect.poll(() => list.getByRole("listitem").count()).toBe(1);
    expect(await list.innerText()).toContain("chat.emptyTrash");
    expect(await list.innerText()).toContain("everybody but viewers");
    await list.getByRole("switch", { name: /Empty the trash/ }).click();
    await list.getByText("switched off").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("searchbox", { name: "Search tools" }).fill("nothing like this");
    await page.getByText("No tool fits.").waitFor();

    const other = await withTools(context);
    await send(other, emptyTrash);
    await endedAnswer(other);
    await other
      .getByText(/^There is no tool named "chat_emptyTrash"/)
      .first()
      .waitFor();
    await send(other, `[[tool=chat_listTags]] Which tags?`);
    await other.getByRole("region", { name: "Tool call: List tags" }).waitFor();
    await endedAnswer(other);
    await page.reload();
    const calls = page.getByRole("list", { name: "Recent calls" });
    await calls.waitFor();
    expect(await calls.innerText()).toMatch(/List tags\s+Ada, from a conversation[\s\S]+Done, \d+ m?s/);
    await page.getByRole("link", { name: "In the audit log" }).click();
    await page.getByText("Tool: called").first().waitFor();
    await page.getByText("Tool: switched off").first().waitFor();
    expect(faults).toEqual([]);
  });

  it("takes limits within bounds, on a phone too; an answer that reaches one says so and can go on", async () => {
    const context = await chat.open(phone);
    const { workspaceId } = await chat.signUp(context);
    const { page } = await settingsOf(context, workspaceId);
    const rounds = page.getByRole("spinbutton", { name: "Rounds of calls" });
    await rounds.fill("0");
    await page.getByRole("button", { name: "Save limits" }).click();
    await page.getByText("At least 1.").waitFor();
    await rounds.fill("2");
    await page.getByRole("button", { name: "Save limits" }).click();
    await page.getByText("Saved", { exact: true }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const other = await withTools(context);
    await send(other, "[[tool=chat_listTags again=1]] Loop");
    await other.getByText(/has called tools 2 times in a row without an answer, which is the limit here/).waitFor();
    await other.getByRole("button", { name: "Continue", exact: true }).waitFor();
  });
});
