import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Page } from "playwright-core";
import { expect, inject } from "vitest";

/** The machine's Chromium. The flags let it run as root in a container and keep it from calling home. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: inject("chromiumPath") ?? "chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
}

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const desktop = { viewport: { width: 1440, height: 900 } };

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Runs in the page: waits until no colour fades any more. After a change of scheme some begin after their parents, so that a
 * single look may fall between the two.
 */
const settled = `new Promise((done) => {
  let still = 0;
  const look = () => {
    still = document.getAnimations().some((each) => each instanceof CSSTransition) ? 0 : still + 1;
    if (still > 5) done();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;

/** What axe finds wrong on the page as it stands, or only within one element; one line per rule and element. */
export async function accessibilityFaults(page: Page, within = "html") {
  // A tooltip stands outside of all landmarks for as long as the pointer rests where a test has clicked.
  await page.mouse.move(0, 0);
  await expect.poll(() => page.getByRole("tooltip").count(), { timeout: 5000 }).toBe(0);
  await page.evaluate(settled);
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    `axe.run(${JSON.stringify(within)}, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ": " + node.target.join(" ") + ": " + node.failureSummary)))`,
  );
}

/** Everything the browser complained about on this page from now on: errors, warnings, policy violations. */
export function complaints(page: Page) {
  const list: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") list.push(message.text());
  });
  page.on("pageerror", (error) => list.push(error.message));
  return list;
}
