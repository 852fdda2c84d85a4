import { skipUnless } from "@mindmesh/test-support";
import { expect, it } from "vitest";
import { complaints } from "./support/browser.ts";
import { chatInBrowser } from "./support/chat.ts";

skipUnless("chromium")("the browsable reference of the HTTP interface", () => {
  const chat = chatInBrowser();

  it("shows every operation, and what one takes and gives back, with nothing that our policy refuses", async () => {
    const context = await chat.open();
    const page = await context.newPage();
    const complained = complaints(page);
    await page.goto("/api/docs");
    const described = (await (await context.request.get("/api/openapi.json")).json()) as {
      paths: Record<string, Record<string, { tags?: string[] }>>;
    };
    const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.length).toBeGreaterThan(100);
    const first = page.locator(".opblock").first();
    await first.locator(".opblock-summary-control").click();
    await first.getByRole("heading", { name: "Responses" }).waitFor();
    await first.locator(".opblock-summary-control").click();
    // Only those in sight are drawn.
    const seen = new Set<string>();
    await page.mouse.move(600, 500);
    const further = async () => {
      const lines = await page.locator(".opblock-summary").evaluateAll((found) =>
        found.map((line) => {
          const path = line.querySelector("[data-path]")?.getAttribute("data-path");
          return `${line.querySelector(".opblock-summary-method")?.textContent} ${path}`;
        }),
      );
      for (const line of lines) seen.add(line);
      await page.mouse.wheel(0, 400);
      return operations.filter((operation) => !seen.has(operation));
    };
    await expect.poll(further, { timeout: 60_000, interval: 20 }).toEqual([]);
    expect(await page.title()).toBe("HTTP interface of Mindmesh");
    expect(complained).toEqual([]);
  });
});
