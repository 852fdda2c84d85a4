/** First paint, JavaScript and accessibility of the pages, by Lighthouse on a CPU slowed four times and fast 4G. */
import { startModelServer } from "@mindmesh/model-server";
import lighthouse from "lighthouse";
import { chromium } from "playwright-core";
import { startBenchServer } from "./running-server.ts";

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Chrome's own "Fast 4G": 9 Mbit/s down, 1.5 Mbit/s up with its overheads, 60 ms round trip times its factor. */
const throttling = {
  rttMs: 60,
  throughputKbps: 9216,
  requestLatencyMs: 165,
  downloadThroughputKbps: 8100,
  uploadThroughputKbps: 1350,
  cpuSlowdownMultiplier: 4,
};

/** Prints the figures. */
export async function page(): Promise<void> {
  const models = await startModelServer();
  const server = await startBenchServer("embedded", { OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible });
  const port = 9333;
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      `--remote-debugging-port=${port}`,
    ],
  });
  try {
    const [person] = await server.people(1);
    const cookie = `mm_access=${person?.headers.authorization.slice("Bearer ".length)}`;
    for (const [name, path, signedIn] of [
      ["sign-in", "/", false],
      ["chat", "/", true],
      ["settings", "/settings", true],
    ] as const) {
      const result = await lighthouse(
        `${server.url}${path}`,
        { port, output: "json", logLevel: "error", ...(signedIn && { extraHeaders: { cookie } }) },
        {
          extends: "lighthouse:default",
          settings: {
            formFactor: "mobile",
            throttlingMethod: "devtools",
            throttling,
            onlyCategories: ["performance", "accessibility", "best-practices"],
          },
        },
      );
      if (!result) throw new Error("Lighthouse gave no result");
      const { audits, categories } = result.lhr;
      const milliseconds = (id: string) => `${Math.round(audits[id]?.numericValue ?? Number.NaN)} ms`;
      const requests =
        (
          audits["network-requests"]?.details as
            | { items?: { resourceType?: string; transferSize?: number }[] }
            | undefined
        )?.items ?? [];
      const script = requests
        .filter((item) => item.resourceType === "Script")
        .reduce((sum, item) => sum + (item.transferSize ?? 0), 0);
      const score = (id: string) => Math.round((categories[id]?.score ?? 0) * 100);
      console.log(
        `${name.padEnd(9)} FCP ${milliseconds("first-contentful-paint")}, LCP ${milliseconds("largest-contentful-paint")}, JS ${(script / 1024).toFixed(0)} kB compressed; ` +
          `Lighthouse: performance ${score("performance")}, accessibility ${score("accessibility")}, best practices ${score("best-practices")}`,
      );
    }
    console.log("targets: FCP < 800 ms, LCP < 1,500 ms, JS <= 170 kB");
  } finally {
    await browser.close();
    await server.close();
    await models.close();
  }
}
