import type { Browser } from "playwright-core";

/** Chrome's own "Fast 4G", as its developer tools throttle: a wait per request, and bytes per second. */
export const fast4g = { latency: 165, downloadKbps: 8100, uploadKbps: 1350 };
/** How many times slower than this machine the page's CPU is made. */
export const cpuSlowdown = 4;

interface Seen {
  /** Milliseconds from the start of the visit. */
  firstPaint: number;
  largestPaint: number;
  /** What was painted last as the largest, in its own words or by its tag. */
  largest: string;
  /** Cumulative layout shift. */
  shift: number;
}

export interface PageLoad extends Seen {
  /** Milliseconds in which the main thread ran scripts, and in which it laid out, slowed as it was. */
  script: number;
  layout: number;
  /** Bytes of JavaScript until the largest paint and a second after it, as they came over the network. */
  scriptBytes: number;
}

/** Runs in the page: keeps what its observers are told. */
const observer = `
  window.seen = { firstPaint: NaN, largestPaint: NaN, largest: "", shift: 0 };
  const watch = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("paint", (entry) => entry.name === "first-contentful-paint" && (seen.firstPaint = entry.startTime));
  watch("largest-contentful-paint", (entry) => {
    seen.largestPaint = entry.startTime;
    seen.largest = (entry.element?.textContent || entry.element?.tagName || "").trim().slice(0, 50);
  });
  watch("layout-shift", (entry) => entry.hadRecentInput || (seen.shift += entry.value));`;

/** One visit of a phone with nothing in its cache, on a slow CPU and network, until the page has been quiet for a second. */
export async function loadPage(
  browser: Browser,
  url: string,
  cookies: { name: string; value: string; url: string }[],
): Promise<PageLoad> {
  const context = await browser.newContext({
    viewport: { width: 412, height: 823 },
    deviceScaleFactor: 1.75,
    isMobile: true,
    hasTouch: true,
    serviceWorkers: "block",
  });
  try {
    await context.addCookies(cookies);
    await context.addInitScript(observer);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    const scripts = new Set<string>();
    let scriptBytes = 0;
    devtools.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") scripts.add(requestId);
    });
    devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) scriptBytes += encodedDataLength;
    });
    const bytes = (kilobits: number) => (kilobits * 1000) / 8;
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: fast4g.latency,
      downloadThroughput: bytes(fast4g.downloadKbps),
      uploadThroughput: bytes(fast4g.uploadKbps),
    });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpuSlowdown });
    await devtools.send("Performance.enable");
    await page.goto(url, { waitUntil: "load" });
    const isQuiet =
      '!document.querySelector(".boot, output[aria-label=Loading]") && performance.now() - seen.largestPaint > 1000';
    const deadline = performance.now() + 60_000;
    while (!(await page.evaluate<boolean>(isQuiet))) {
      if (performance.now() > deadline) throw new Error(`${url} showed nothing for a minute`);
      await page.waitForTimeout(100);
    }
    const seen = await page.evaluate<Seen>("seen");
    const { metrics } = await devtools.send("Performance.getMetrics");
    const spent = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN) * 1000;
    const layout = spent("LayoutDuration") + spent("RecalcStyleDuration");
    return { ...seen, script: spent("ScriptDuration"), layout, scriptBytes };
  } finally {
    await context.close();
  }
}
