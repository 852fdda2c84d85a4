/**
 * Whether a page stays responsive while a long answer arrives: 5,000 chunks of Markdown, 200 per second, in Chromium,
 * on this machine's CPU and on one slowed four times. The browser's own trace gives every task of the page's main thread, with the CPU time that it used and the time that
 * passed; where other programs compete for the CPU, the second says more about them than about the page.
 */
import { startModelServer } from "@mindmesh/model-server";
import { type Browser, chromium } from "playwright-core";
import { percentile } from "./figures.ts";
import { type BenchPerson, cookiesOf, startBenchServer } from "./running-server.ts";

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
/** How many times slower than this machine the page's CPU is made, one answer each. */
const slowdowns = [1, 4];
const chunks = 5000;
const chunksPerSecond = 200;

const paragraph =
  "The **answer** arrives word by word, with *emphasis*, `code`, a [link](https://example.com/) and numbers such as 522,250. " +
  "It goes on for a few sentences so that lines wrap, and then it stops.";
const section = (n: number) => `## Part ${n}

${paragraph}

- a point about part ${n}
- another one, **longer** than the first and with \`some code\` in it
  - nested below it
- the last

\`\`\`ts
export function part${n}(left: number, right: number): number {
  const sum = left + right; // comment ${n}
  if (sum > ${n}) return sum * 2;
  return sum;
}
\`\`\`

| city | people | share |
| :--- | -----: | :---: |
| Lyon | 522,250 | 18 % |
| Lille | 236,710 | 8 % |
| Nice | 342,669 | 12 % |

${paragraph} And a formula: $e^{i\\pi} + ${n} = 0$.

`;

/** Markdown of so many words. */
function article(words: number): string {
  let text = "";
  for (let n = 1; text.split(/\s+/).length < words; n += 1) text += section(n);
  return text;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds since the browser's beginning. */
  ts: number;
  /** Microseconds that passed. */
  dur?: number;
  /** Microseconds of CPU time. */
  tdur?: number;
  args: { name?: string };
}

/** What the browser's trace calls the kinds of work that an answer causes. */
const kinds: Record<string, readonly string[]> = {
  scripts: ["FunctionCall", "FireAnimationFrame", "RunMicrotasks", "TimerFire", "EvaluateScript"],
  styles: ["UpdateLayoutTree"],
  layout: ["Layout"],
  painting: ["PrePaint", "Paint", "Layerize", "Commit"],
};

/**
 * Of the main threads of pages in a trace: milliseconds of every task, CPU time and time passed, and the CPU time of each
 * kind of work in them, without what is nested in it.
 */
function mainThreadWork(trace: Buffer) {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threads = traceEvents
    .filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain")
    .map(({ pid, tid }) => `${pid}:${tid}`);
  const spans = traceEvents.filter(({ ph, pid, tid }) => ph === "X" && threads.includes(`${pid}:${tid}`));
  const tasks = spans
    .filter(({ name }) => name === "ThreadControllerImpl::RunTask")
    .map(({ dur = 0, tdur = 0 }) => ({ cpu: tdur / 1000, wall: dur / 1000 }));
  const kindOf = (name: string) => Object.keys(kinds).find((kind) => kinds[kind]?.includes(name));
  const spent: Record<string, number> = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]));
  const open: { kind: string; end: number }[] = [];
  for (const { name, ts, dur = 0, tdur = 0 } of spans.toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))) {
    const kind = kindOf(name);
    if (kind === undefined) continue;
    while ((open.at(-1)?.end ?? Infinity) <= ts) open.pop();
    const around = open.at(-1);
    if (around) spent[around.kind] = (spent[around.kind] ?? 0) - tdur / 1000;
    spent[kind] = (spent[kind] ?? 0) + tdur / 1000;
    open.push({ kind, end: ts + dur });
  }
  return { tasks, spent };
}

/** Has one answer arrive in a new page, and says what that cost. */
async function answerDrawn(browser: Browser, url: string, person: BenchPerson, slowdown: number): Promise<string> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    await context.addCookies(cookiesOf(person, url));
    const page = await context.newPage();
    await page.goto(url);
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await page.getByRole("textbox", { name: "Message" }).fill("Tell me everything.");
    const begun = performance.now();
    await page.keyboard.press("Enter");
    await page.locator("article[aria-busy=true] p").first().waitFor();
    await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
    await page.locator("article[aria-busy=false]").last().waitFor({ timeout: 180_000 });
    const { tasks, spent } = mainThreadWork(await browser.stopTracing());
    const seconds = (performance.now() - begun) / 1000;
    // What is out of sight is not laid out, and so not in innerText.
    const shown = (await page.locator("article").last().textContent())?.length ?? 0;
    const cpu = tasks.map((task) => task.cpu);
    const over = (limit: number, key: "cpu" | "wall") => tasks.filter((task) => task[key] > limit).length;
    const busy = cpu.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000 / seconds;
    const work = Object.entries(spent).map(([kind, milliseconds]) => `${kind} ${(milliseconds / 1000).toFixed(2)} s`);
    return (
      `${chunks} chunks at ${chunksPerSecond}/s on ${slowdown === 1 ? "this machine's CPU" : `a CPU slowed ${slowdown} times`} took ${seconds.toFixed(1)} s, ${shown} characters on the page\n` +
      `tasks of the main thread: ${tasks.length}, CPU p99 ${percentile(cpu, 0.99).toFixed(1)} ms, longest ${Math.max(...cpu).toFixed(1)} ms; ` +
      `over 50 ms of CPU: ${over(50, "cpu")}; over 50 ms passed: ${over(50, "wall")}\n` +
      `the main thread was busy for ${(busy * 100).toFixed(0)} % of the time; CPU time: ${work.join(", ")}`
    );
  } finally {
    await context.close();
  }
}

/** Prints the figures. */
export async function drawing(): Promise<void> {
  const models = await startModelServer();
  const server = await startBenchServer("embedded", { OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible });
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
  try {
    models.setBehaviour({ text: article(chunks), chunks, delayMs: 1000 / chunksPerSecond });
    const [person] = await server.people(1);
    if (!person) throw new Error("nobody was made");
    for (const slowdown of slowdowns) console.log(await answerDrawn(browser, server.url, person, slowdown));
    console.log("target: no task over 50 ms");
  } finally {
    await browser.close();
    await server.close();
    await models.close();
  }
}
