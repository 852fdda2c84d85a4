import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { skipUnless } from "@mindmesh/test-support";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { firstLoad, firstPages } from "../build/first-load.ts";
import { accessibilityFaults, complaints, desktop, launchBrowser, phone } from "./support/browser.ts";
import { buildSite, serveSite } from "./support/site.ts";

/** Bytes of JavaScript, Brotli. */
const firstLoadBudget = 170_000;
/** Pages of Query that are above it still, the first two by an editor and a diagram: they shall not grow on unseen. */
const largerBudgets: Record<string, number> = {
  "/w/some/query/c/some/sql": 385_000,
  "/w/some/query/c/some/diagram": 290_000,
  "/w/some/query/dashboards/some": 206_000,
  "/w/some/query/alerts": 202_000,
  "/w/some/query/c/some/ask": 198_000,
  "/w/some/query/c/some/documentation": 193_000,
  "/w/some/query/c/some/schema": 189_000,
  "/w/some/query/c/some/settings": 186_000,
  "/w/some/query/new": 180_000,
  "/w/some/query/dashboards": 176_000,
};

let folder: string;

beforeAll(async () => {
  folder = await buildSite({ gallery: false });
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the built page", () => {
  it("names no other host", async () => {
    // The name of SVG's language, and the credit of the style sheet's maker: neither is fetched.
    const harmless = ["http://www.w3.org", "https://tailwindcss.com"];
    const named: string[] = [];
    for (const name of await readdir(folder, { recursive: true })) {
      if (!/\.(?:html|css|webmanifest|svg)$/.test(name)) continue;
      const text = await readFile(join(folder, name), "utf8");
      for (const [host] of text.matchAll(/(?:https?:)?\/\/[a-z0-9-]+\.[a-z0-9.]+/g))
        if (!harmless.includes(host)) named.push(host);
    }
    expect(named).toEqual([]);
  });

  it("does not hold the gallery", async () => {
    expect((await readdir(folder, { recursive: true })).filter((name) => name.includes("gallery"))).toEqual([]);
  });

  it("has a compressed twin of every text file worth it", async () => {
    const names = await readdir(folder, { recursive: true });
    const texts = names.filter((name) => /\.(?:js|css|html)$/.test(name));
    expect(texts.length).toBeGreaterThan(5);
    const sizeOf = async (name: string) => (await stat(join(folder, name)).catch(() => null))?.size ?? Infinity;
    const uncompressed: string[] = [];
    for (const name of texts) {
      const size = await sizeOf(name);
      if (size < 1024) continue;
      if ((await sizeOf(`${name}.br`)) >= size || (await sizeOf(`${name}.gz`)) >= size) uncompressed.push(name);
    }
    expect(uncompressed).toEqual([]);
  });

  it.each(firstPages)("loads %s within the budget of JavaScript", async (address) => {
    const { total } = await firstLoad(folder, address);
    expect(total).toBeLessThan(largerBudgets[address] ?? firstLoadBudget);
  });

  it("needs no code of a conversation, and none that checks forms, for a page of the settings", async () => {
    const settings = firstPages.filter((address) => address.includes("/settings/"));
    expect(settings.length).toBeGreaterThan(20);
    for (const address of settings) {
      const names = [...(await firstLoad(folder, address)).sizes.keys()];
      expect(names.filter((name) => /^(?:conversation|form-checks|schemas|select-list)-/.test(name))).toEqual([]);
    }
  });
});

skipUnless("chromium")("the page in a browser", () => {
  let site: Awaited<ReturnType<typeof serveSite>>;
  let browser: Browser;

  beforeAll(async () => {
    site = await serveSite(folder);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  async function open(path = "", settings: Parameters<Browser["newContext"]>[0] = desktop) {
    const context = await browser.newContext({ reducedMotion: "reduce", ...settings });
    const page = await context.newPage();
    const complained = complaints(page);
    await page.goto(`${site.url}${path}`);
    return { context, page, complained };
  }

  const canvas = "getComputedStyle(document.body).backgroundColor";

  it("keeps a chosen theme from the first picture on, whatever the system says", async () => {
    const context = await browser.newContext({ ...desktop, colorScheme: "light" });
    await context.addInitScript(`localStorage.setItem("mindmesh.theme", "dark")`);
    // No script beyond the one inlined in the page, no stylesheet: what stands is the first paint.
    await context.route("**/assets/**", (route) => route.abort());
    const page = await context.newPage();
    const complained = complaints(page);
    await page.goto(site.url);
    const paper = await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    expect(paper).toMatch(/^oklch\(0\.2/);
    expect(complained.filter((text) => !text.includes("ERR_FAILED"))).toEqual([]);
  });

  it("tells the browser's own bars the colour of the page", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await open("nowhere", { ...desktop, colorScheme });
      await page.getByText("There is nothing at this address").waitFor();
      const said = await page.locator(`meta[name="theme-color"][media*="${colorScheme}"]`).getAttribute("content");
      const drawn = await page.evaluate<string>(`(() => {
        const pen = document.createElement("canvas").getContext("2d");
        pen.fillStyle = ${canvas};
        pen.fillRect(0, 0, 1, 1);
        return "#" + [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part.toString(16).padStart(2, "0")).join("");
      })()`);
      expect(said).toBe(drawn);
    }
  });

  it.each([desktop, phone])("says plainly that an address leads nowhere (%o)", async (size) => {
    const { page, complained } = await open("no/such/page", size);
    await page.getByText("There is nothing at this address").waitFor();
    expect(await page.title()).toBe("Not found · Mindmesh");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complained).toEqual([]);
  });

  it("says in plain words that an answer makes no sense to it, not what the program stumbled over", async () => {
    // This server's API answers every question with the same number.
    const { page } = await open("");
    await page.getByText("This page stopped working").waitFor();
    expect(await page.getByRole("alert").textContent()).not.toMatch(/undefined|TypeError|cannot read/i);
    await page.getByRole("button", { name: "Reload" }).waitFor();
  });

  it("opens without a network after one visit, and never keeps what the API answered", async () => {
    const { context, page } = await open("", desktop);
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    await expect.poll(() => page.evaluate("navigator.serviceWorker.controller !== null")).toBe(true);
    const answer = "fetch('/api/time').then((reply) => reply.json()).then((body) => body.at)";
    expect(await page.evaluate(answer)).not.toBe(await page.evaluate(answer));
    expect(await page.evaluate("caches.match('/api/time').then((hit) => hit === undefined)")).toBe(true);
    await context.setOffline(true);
    await page.goto(`${site.url}nowhere/offline`);
    await page.getByText("There is nothing at this address").waitFor();
    expect(await page.evaluate(`${answer}.then(() => "answered", () => "failed")`)).toBe("failed");
  });

  it("can be installed: the manifest and its icons are there", async () => {
    const { page } = await open();
    const manifest = JSON.parse(
      await page.evaluate<string>("fetch('/manifest.webmanifest').then((reply) => reply.text())"),
    ) as { icons: { src: string; sizes: string }[] };
    for (const { src, sizes } of manifest.icons) {
      const width = await page.evaluate(
        `new Promise((resolve, reject) => { const image = new Image(); image.onload = () => resolve(image.naturalWidth); image.onerror = reject; image.src = ${JSON.stringify(src)}; })`,
      );
      expect(`${String(width)}x${String(width)}`).toBe(sizes);
    }
  });
});
