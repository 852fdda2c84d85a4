import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { accessibilityFaults } from "../support/browser.ts";
import { answers, chatInBrowser, composer, endedAnswer, send } from "../support/chat.ts";

const search = `[[tool=chat_search args='{"query":"tulips"}']] What do I know of tulips?`;
const emptyTrash = "[[tool=chat_emptyTrash]] Empty my trash";

skipUnless("chromium")("tools in a conversation", () => {
  const chat = chatInBrowser();

  /** A new conversation in which the model may use tools. */
  async function withTools(context: Awaited<ReturnType<typeof chat.open>>) {
    const opened = await chat.newConversation(context);
    const toggle = opened.page.getByRole("button", { name: "Tools", exact: true });
    await toggle.click();
    await expect.poll(() => toggle.getAttribute("aria-pressed")).toBe("true");
    return opened;
  }

  it("shows each call as a card with arguments, result and time, also after a reload and on a second device", async () => {
    const context = await chat.open();
    const { email } = await chat.signUp(context);
    const { page, complaints } = await withTools(context);
    await send(page, search);
    await endedAnswer(page);
    const card = page.getByRole("region", { name: "Tool call: Search conversations" });
    expect(await card.innerText()).toMatch(/\d+ (ms|s)/);
    await card.getByRole("button", { name: "Search conversations" }).click();
    expect(await card.getByLabel("Arguments").innerText()).toContain('"query": "tulips"');
    expect(await card.getByLabel("Result").innerText()).toContain("hits");
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.reload();
    await endedAnswer(page);
    expect(await card.count()).toBe(1);
    expect(await page.getByRole("button", { name: "Tools", exact: true }).getAttribute("aria-pressed")).toBe("true");
    const second = await chat.open();
    await chat.signIn(second, email);
    const other = await second.newPage();
    await other.goto(new URL(page.url()).pathname);
    await other.getByRole("region", { name: "Tool call: Search conversations" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("asks on both devices before a critical call runs; approved on one, both show that it was done", async () => {
    const context = await chat.open();
    const { email, workspaceId } = await chat.signUp(context);
    const made = await context.request.post(`/api/workspaces/${workspaceId}/chat/conversations`, { data: {} });
    const { id } = (await made.json()) as { id: string };
    await context.request.patch(`/api/workspaces/${workspaceId}/chat/conversations/${id}`, { data: { trashed: true } });
    const { page } = await withTools(context);
    await send(page, emptyTrash);
    const approve = page.getByRole("button", { name: "Approve", exact: true });
    await approve.waitFor();
    await page.mouse.move(0, 0);
    expect(await page.getByText("Waiting for approval").count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);

    const second = await chat.open();
    await chat.signIn(second, email);
    const other = await second.newPage();
    await other.goto(new URL(page.url()).pathname);
    await other.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await approve.click();
    for (const each of [page, other]) {
      await endedAnswer(each);
      expect(await each.getByRole("button", { name: "Approve", exact: true }).count()).toBe(0);
      const card = each.getByRole("region", { name: "Tool call: Empty the trash" });
      await card.getByRole("button", { name: "Empty the trash" }).click();
      expect(await card.getByLabel("Result").innerText()).toContain('"deleted": 1');
    }
  });

  it("tells of a waiting call on any other page, leads to it, and Refuse ends it", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await withTools(context);
    await send(page, emptyTrash);
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    const away = await context.newPage();
    await away.goto("/");
    await composer(away).waitFor();
    // A second call, which comes while this page is open.
    await page.getByRole("button", { name: "Refuse", exact: true }).click();
    await endedAnswer(page);
    await page.getByText("Refused", { exact: true }).waitFor();
    await send(page, emptyTrash);
    await away.getByText("“Empty the trash” waits for your approval", { exact: true }).first().waitFor();
    await away.getByRole("button", { name: "Review" }).click();
    await away.getByRole("button", { name: "Refuse", exact: true }).click();
    await expect.poll(() => answers(page).last().getAttribute("aria-busy"), { timeout: 30_000 }).toBe("false");
    await expect.poll(() => page.getByText("Refused", { exact: true }).count()).toBe(2);
  });

  it("stops a call that waits when the answer is stopped", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await withTools(context);
    await send(page, emptyTrash);
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await page.getByRole("button", { name: "Stop the answer" }).click();
    await page.getByText("Cancelled", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Approve", exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Continue" }).waitFor();
  });

  it("notifies of what a model sends and of calls that wait, also later, under the bell", async () => {
    const context = await chat.open();
    await chat.signUp(context);
    const { page } = await withTools(context);
    await send(page, `[[tool=notifications_send args='{"title":"Tea is ready"}']] Tell me`);
    await page.getByRole("region", { name: "Tool call: Notify me" }).waitFor();
    await endedAnswer(page);
    await page.reload();
    await page.getByRole("button", { name: "Notifications, 1 new" }).click();
    const list = page.getByRole("list", { name: "Notifications" });
    expect(await list.innerText()).toContain("Tea is ready");
    expect(await accessibilityFaults(page, "[role=dialog]")).toEqual([]);
    await list.getByRole("button", { name: /Tea is ready/ }).click();
    await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  });
});
