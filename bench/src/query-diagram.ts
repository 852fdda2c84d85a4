/** The diagram of 500 and of 3,000 tables: until it can be used, and how long a frame takes while it is moved. */
import { manyTables, storeCatalog } from "@mindmesh/test-support/catalogs";
import type pg from "pg";
import { type Page, chromium } from "playwright-core";
import { cookiesOf, startBenchServer } from "./running-server.ts";

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Prints, for each size, milliseconds from the address to the arranged drawing beside those of the empty page of the same connection. */
export async function queryDiagram(): Promise<void> {
  const server = await startBenchServer("embedded");
  const sql = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await server.database.query<Row>(text, values)).rows;
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
  try {
    const [person] = await server.people(1);
    if (!person) throw new Error("nobody was made");
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.context().addCookies(cookiesOf(person, server.url));
    for (const count of [500, 3000]) {
      const id = await storeCatalog({ sql }, person.workspaceId, manyTables(count, 4), `Tables ${count}`);
      const base = `${server.url}/w/${person.workspaceId}/query/c/${id}`;
      const until = async (address: string, ready: () => Promise<void>) => {
        const begun = performance.now();
        await page.goto(address);
        await ready();
        return Math.round(performance.now() - begun);
      };
      const bare = await until(`${base}/schema`, () => page.getByText("Schema").first().waitFor());
      const drawn = await until(`${base}/diagram`, () =>
        page
          .getByRole("toolbar", { name: "Diagram" })
          .getByText(`${count.toLocaleString("en")} tables`)
          .waitFor({ timeout: 120_000 }),
      );
      const frames = await framesWhilePanning(page);
      console.log(
        `${count} tables: schema page ${bare} ms, diagram arranged ${drawn} ms (${(drawn / bare).toFixed(1)} times); ` +
          `panning: ${frames.median} ms a frame, longest ${frames.longest} ms`,
      );
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Milliseconds between the frames that the page draws while the diagram is dragged for a second. */
async function framesWhilePanning(page: Page): Promise<{ median: number; longest: number }> {
  // As text: it runs in the page, whose names the bench does not know.
  await page.evaluate(`
    window.frameTimes = [];
    const tick = (now) => { window.frameTimes.push(now); requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
  `);
  await page.mouse.move(900, 500);
  await page.mouse.down();
  for (let step = 0; step < 60; step += 1) await page.mouse.move(900 + step * 4, 500 + step * 2);
  await page.mouse.up();
  const times = await page.evaluate<number[]>("window.frameTimes");
  const gaps = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .toSorted((a, b) => a - b);
  return { median: Math.round(gaps[Math.floor(gaps.length / 2)] ?? 0), longest: Math.round(gaps.at(-1) ?? 0) };
}
