import { createHash } from "node:crypto";
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityFaults, complaints, desktop, phone } from "./support/browser.ts";
import { chatInBrowser } from "./support/chat.ts";

skipUnless("chromium")("connecting a program", () => {
  const chat = chatInBrowser({ addressed: true });
  let program: Server;
  let callback = "";
  beforeAll(async () => {
    // The program's own page, to which the browser comes back.
    program = createServer((_request, response) => {
      response.setHeader("content-type", "text/html").end("<title>Back</title><h1>Back in the program</h1>");
    }).listen(0, "127.0.0.1");
    await once(program, "listening");
    callback = `http://127.0.0.1:${(program.address() as AddressInfo).port}/callback`;
  });
  afterAll(() => program.close());

  /** Where a program that has just registered sends its person. */
  async function programUrl(page: Page, name: string): Promise<string> {
    const registered = await page.request.post("/oauth/register", {
      data: { client_name: name, redirect_uris: [callback] },
    });
    const { client_id: clientId } = (await registered.json()) as { client_id: string };
    const query = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: callback,
      code_challenge: createHash("sha256").update("v".repeat(43)).digest("base64url"),
      code_challenge_method: "S256",
      scope: "read write",
      state: "s",
    });
    return `/oauth/authorize?${query.toString()}`;
  }

  it("says who asks for what, and goes back with a code; it can be disconnected in the settings", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context, "Ada");
    const page = await context.newPage();
    const said = complaints(page);
    await page.goto(await programUrl(page, "Notebook"));
    await page.getByRole("heading", { name: "Connect Notebook?" }).waitFor();
    await page.getByText("Nobody has checked it", { exact: false }).waitFor();
    await page.getByText(new URL(callback).host, { exact: false }).waitFor();
    const faults: string[] = [];
    for (const { viewport } of [desktop, phone]) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        for (const fault of await accessibilityFaults(page)) faults.push(`${viewport.width} ${colorScheme}: ${fault}`);
        expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(viewport.width);
      }
    }
    expect(faults).toEqual([]);
    expect(said).toEqual([]);
    await page.getByRole("radio", { name: "Read", exact: true }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByRole("heading", { name: "Back in the program" }).waitFor();
    const back = new URL(page.url());
    expect(back.searchParams.get("code")).toBeTruthy();
    expect(back.searchParams.get("state")).toBe("s");

    await page.goto(`/w/${workspaceId}/settings/programs`);
    const row = page.getByRole("list", { name: "Connected programs" }).getByRole("listitem");
    await row.getByText("Notebook").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await row.getByRole("button", { name: "Disconnect Notebook" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("No programs yet").waitFor();
    await context.close();
  });

  it("asks a visitor to sign in first and then goes on; Deny goes back with a refusal", async () => {
    const context = await chat.open();
    const { email } = await chat.signUp(context, "Grace");
    await context.close();
    const other = await chat.open();
    const page = await other.newPage();
    await page.goto(await programUrl(page, "Notebook"));
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Connect Notebook?" }).waitFor();
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByRole("heading", { name: "Back in the program" }).waitFor();
    expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
    await other.close();
  });

  it("is refused on a page of our own when the program names an address that it did not register", async () => {
    const context = await chat.open();
    await chat.signUp(context, "Joan");
    const page = await context.newPage();
    const url = (await programUrl(page, "Evil")).replace("callback", "elsewhere");
    await page.goto(url);
    await page.getByRole("heading", { name: "The program was not connected" }).waitFor();
    await page.getByText("Nothing was sent", { exact: false }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    // No other site may show the page in a frame and lead a click.
    const answer = await page.request.get("/connect/0123456789abcdef");
    expect(answer.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
    await context.close();
  });
});
