/** First paint, JavaScript and accessibility of the pages, by Lighthouse on a CPU slowed four times and fast 4G. */
import { startModelServer } from "@mindmesh/model-server";
import lighthouse from "lighthouse";
import { type Browser, chromium } from "playwright-core";
import { type BenchPerson, cookiesOf, startBenchServer } from "./running-server.ts";

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Names of pages as they are printed, with commas between, when not all are wanted. */
const only = (process.env["BENCH_PAGES"] ?? "").split(",").filter((name) => name !== "");

/** Chrome's own "Fast 4G": 9 Mbit/s down, 1.5 Mbit/s up with its overheads, 60 ms round trip times its factor. */
const throttling = {
  rttMs: 60,
  throughputKbps: 9216,
  requestLatencyMs: 165,
  downloadThroughputKbps: 8100,
  uploadThroughputKbps: 1350,
  cpuSlowdownMultiplier: 4,
};

/** The pages that everybody comes by, and every page of the settings that the person's role has. */
async function pagesOf(browser: Browser, url: string, person: BenchPerson) {
  const { workspaceId, headers } = person;
  const conversationId = await answeredConversation(url, workspaceId, headers);
  const page = await browser.newPage();
  await page.context().addCookies(cookiesOf(person, url));
  await page.goto(`${url}/w/${workspaceId}/settings`);
  const links = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
  await links.first().waitFor();
  const settings = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  await page.close();
  return [
    ...["/sign-in", "/sign-up", "/forgot-password", "/invitation"].map((path) => ({ path, signedIn: false })),
    ...[`/w/${workspaceId}/chat`, `/w/${workspaceId}/chat/${conversationId}`, ...settings].map((path) => ({
      path,
      signedIn: true,
    })),
  ]
    .map((each) => ({ ...each, name: each.path.replace(`/w/${workspaceId}/`, "").replace(conversationId, "…") }))
    .filter(({ name }) => only.length === 0 || only.includes(name));
}

/** A conversation with an answer that has a table, code, formulas and a diagram. */
async function answeredConversation(url: string, workspaceId: string, headers: BenchPerson["headers"]) {
  const base = `${url}/api/workspaces/${workspaceId}/chat/conversations`;
  const ask = async (path: string, body?: object) => {
    const response = await fetch(`${base}${path}`, {
      headers: { ...headers, "content-type": "application/json" },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as { id: string; messages?: { status: string }[] };
  };
  const { id } = await ask("", {});
  await ask(`/${id}/messages`, { text: "[[sample=markdown]] show", parentId: null });
  for (;;) {
    const { messages = [] } = await ask(`/${id}`);
    if (messages.every(({ status }) => status === "complete")) return id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

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
    if (!person) throw new Error("nobody was made");
    // Lighthouse opens its pages in the browser's own context.
    const storage = await browser.newBrowserCDPSession();
    for (const { name, path, signedIn } of await pagesOf(browser, server.url, person)) {
      if (signedIn) await storage.send("Storage.setCookies", { cookies: cookiesOf(person, server.url) });
      const result = await lighthouse(
        `${server.url}${path}`,
        { port, output: "json", logLevel: "error" },
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
      const { audits, categories, runtimeError } = result.lhr;
      if (runtimeError) {
        console.log(`${name.padEnd(24)} could not be measured: ${runtimeError.message}`);
        continue;
      }
      const milliseconds = (id: string) => `${Math.round(audits[id]?.numericValue ?? Number.NaN)} ms`;
      const largest = /"nodeLabel":("(?:[^"\\]|\\.)*")/.exec(
        JSON.stringify(audits["largest-contentful-paint-element"]?.details ?? {}),
      )?.[1];
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
      const failed = (["accessibility", "best-practices"] as const)
        .flatMap((category) => categories[category]?.auditRefs ?? [])
        .filter(({ id, weight }) => weight > 0 && audits[id]?.score === 0)
        .map(({ id }) => id)
        .join(", ");
      console.log(
        `${name.padEnd(24)} FCP ${milliseconds("first-contentful-paint")}, LCP ${milliseconds("largest-contentful-paint")} (${largest ?? "nothing"}), ` +
          `CLS ${(audits["cumulative-layout-shift"]?.numericValue ?? Number.NaN).toFixed(3)}, JS ${(script / 1024).toFixed(0)} kB compressed; ` +
          `Lighthouse: performance ${score("performance")}, accessibility ${score("accessibility")}, best practices ${score("best-practices")}${failed === "" ? "" : ` (${failed})`}`,
      );
    }
    console.log("targets: FCP < 800 ms, LCP < 1,500 ms, JS <= 170 kB");
  } finally {
    await browser.close();
    await server.close();
    await models.close();
  }
}
