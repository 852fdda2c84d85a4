/**
 * First and largest paint and JavaScript of the pages, medians of several first visits on a CPU slowed four times and fast
 * 4G; and what Lighthouse says of each.
 */
import { sampleShopName } from "@mindmesh/contracts/query/sample-shop";
import { startModelServer } from "@mindmesh/model-server";
import lighthouse from "lighthouse";
import { type Browser, chromium } from "playwright-core";
import { percentile } from "./figures.ts";
import { cpuSlowdown, fast4g, loadPage, type PageLoad } from "./page-load.ts";
import { type BenchPerson, cookiesOf, startBenchServer } from "./running-server.ts";

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Names of pages as they are printed, with commas between, when not all are wanted. */
const only = (process.env["BENCH_PAGES"] ?? "").split(",").filter((name) => name !== "");

/** `BENCH_LIGHTHOUSE=no` leaves out what Lighthouse says, which takes as long as all the visits. */
const withLighthouse = process.env["BENCH_LIGHTHOUSE"] !== "no";

/** Visits of each page that count, after one that warms up server and browser. */
const visits = Number(process.env["BENCH_VISITS"] ?? 5);

/** The network and the CPU of page-load.ts, in Lighthouse's words. */
const throttling = {
  requestLatencyMs: fast4g.latency,
  downloadThroughputKbps: fast4g.downloadKbps,
  uploadThroughputKbps: fast4g.uploadKbps,
  cpuSlowdownMultiplier: cpuSlowdown,
};

/**
 * The pages that everybody comes by, every page of the settings that the person's role has, and those of Query; not published
 * conversations, which let no script run, an observer neither.
 */
async function pagesOf(browser: Browser, url: string, person: BenchPerson) {
  const { workspaceId } = person;
  const ask = asking(url, person);
  const conversationId = await answeredConversation(ask);
  const connectionId = await sampleShop(ask);
  const page = await browser.newPage();
  await page.context().addCookies(cookiesOf(person, url));
  const linksOf = async (path: string, navigation: string) => {
    await page.goto(`${url}/w/${workspaceId}/${path}`);
    const links = page.getByRole("navigation", { name: navigation }).getByRole("link");
    await links.first().waitFor();
    return links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  };
  const settings = await linksOf("settings", "Settings");
  const sections = await linksOf(`query/c/${connectionId}/schema`, "Sections of the connection");
  await page.close();
  const open = [
    "/sign-in",
    "/sign-up",
    "/forgot-password",
    "/invitation",
    "/reset-password#token",
    "/confirm-email#token",
  ];
  const inWorkspace = ["chat", `chat/${conversationId}`, "query", "query/new", "query/dashboards", "query/alerts"];
  return [
    ...open.map((path) => ({ path, signedIn: false })),
    ...[...inWorkspace.map((each) => `/w/${workspaceId}/${each}`), ...sections, ...settings].map((path) => ({
      path,
      signedIn: true,
    })),
  ]
    .map((each) => ({
      ...each,
      name: each.path
        .replace(`/w/${workspaceId}/`, "")
        .replace(/^query\/c\/[^/]+/, "query/…")
        .replace(conversationId, "…"),
    }))
    .filter(({ name }) => only.length === 0 || only.includes(name));
}

type Ask = (path: string, body?: object) => Promise<unknown>;

/** Reads an address of the person's workspace, or sends a body there. */
function asking(url: string, { workspaceId, headers }: BenchPerson): Ask {
  return async (path, body) => {
    const response = await fetch(`${url}/api/workspaces/${workspaceId}${path}`, {
      headers: { ...headers, "content-type": "application/json" },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
}

/** The connection to the sample shop, once it is there. */
async function sampleShop(ask: Ask): Promise<string> {
  await ask("/query/sample-shop", {});
  for (;;) {
    const { items } = (await ask("/query/connections")) as { items: { id: string; name: string }[] };
    const shop = items.find(({ name }) => name === sampleShopName);
    if (shop) return shop.id;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A conversation with an answer that has a table, code, formulas and a diagram. */
async function answeredConversation(ask: Ask): Promise<string> {
  const { id } = (await ask("/chat/conversations", {})) as { id: string };
  await ask(`/chat/conversations/${id}/messages`, { text: "[[sample=markdown]] show", parentId: null });
  for (;;) {
    const { messages } = (await ask(`/chat/conversations/${id}`)) as { messages: { status: string }[] };
    if (messages.every(({ status }) => status === "complete")) return id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What Lighthouse says of a page, in words. */
async function judged(url: string, port: number): Promise<string> {
  const result = await lighthouse(
    url,
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
  if (runtimeError) throw new Error(runtimeError.message);
  const score = (id: string) => Math.round((categories[id]?.score ?? 0) * 100);
  const failed = (["accessibility", "best-practices"] as const)
    .flatMap((category) => categories[category]?.auditRefs ?? [])
    .filter(({ id, weight }) => weight > 0 && audits[id]?.score === 0)
    .map(({ id }) => id)
    .join(", ");
  return `performance ${score("performance")}, accessibility ${score("accessibility")}, best practices ${score("best-practices")}${failed === "" ? "" : ` (${failed})`}`;
}

/** The middle of several visits, and how far the largest paints of these lie apart. */
function inWords(loads: PageLoad[]): string {
  const middle = (of: (load: PageLoad) => number) => percentile(loads.map(of), 0.5);
  const largest = loads.map(({ largestPaint }) => Math.round(largestPaint));
  return (
    `FCP ${middle((load) => load.firstPaint).toFixed(0)} ms, ` +
    `LCP ${middle((load) => load.largestPaint).toFixed(0)} ms (${Math.min(...largest)} to ${Math.max(...largest)}; ${JSON.stringify(loads[0]?.largest)}), ` +
    `scripts ran ${middle((load) => load.script).toFixed(0)} ms, layout ${middle((load) => load.layout).toFixed(0)} ms, ` +
    `CLS ${middle((load) => load.shift).toFixed(3)}, JS ${(middle((load) => load.scriptBytes) / 1000).toFixed(0)} kB compressed`
  );
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
    // Owners of a server see pages of the settings that others do not.
    await server.database.query("UPDATE kernel.people SET is_instance_owner = true");
    const cookies = cookiesOf(person, server.url);
    // Lighthouse opens its pages in the browser's own context.
    const storage = await browser.newBrowserCDPSession();
    for (const { name, path, signedIn } of await pagesOf(browser, server.url, person)) {
      const url = `${server.url}${path}`;
      try {
        await loadPage(browser, url, signedIn ? cookies : []);
        const loads: PageLoad[] = [];
        for (let n = 0; n < visits; n += 1) loads.push(await loadPage(browser, url, signedIn ? cookies : []));
        console.log(`${name.padEnd(24)} ${inWords(loads)}`);
        if (!withLighthouse) continue;
        if (signedIn) await storage.send("Storage.setCookies", { cookies });
        console.log(`${"".padEnd(24)} Lighthouse, one visit: ${await judged(url, port)}`);
      } catch (error) {
        // One page that cannot be measured says so, and the others are.
        console.log(`${name.padEnd(24)} could not be measured: ${String(error)}`);
      }
    }
    console.log(
      `medians of ${visits} visits (BENCH_VISITS), JS until a second after the largest paint; targets: FCP < 800 ms, LCP < 1,500 ms, ` +
        "first-load JS <= 170 kB (apps/web/build/first-load.ts)",
    );
  } finally {
    await browser.close();
    await server.close();
    await models.close();
  }
}
