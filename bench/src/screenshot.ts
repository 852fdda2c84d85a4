/** Makes docs/screenshot.png: the demo's workspace as a person sees it. `npm run screenshot -w bench` */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startModelServer } from "@mindmesh/model-server";
import { chromium } from "playwright-core";
import { startBenchServer } from "./running-server.ts";

const root = join(import.meta.dirname, "../..");
const picture = join(root, "docs/screenshot.png");
const largestBytes = 300_000;

const models = await startModelServer();
// A key that the model server takes: the page then offers the models that the demo speaks of.
const environment = { ANTHROPIC_API_KEY: "sk-ant-demo", ANTHROPIC_BASE_URL: models.baseUrls.anthropic };
const server = await startBenchServer("embedded", environment);
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  const databaseUrl = server.database.options.connectionString ?? "";
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, "apps/server/src/cli/main.ts"), "seed", "demo"],
    { env: { ...process.env, DATABASE_URL: databaseUrl, ...server.secrets } },
  );
  const [, email = "", password = ""] = /Sign in as (\S+) with the password (\S+)/.exec(stdout) ?? [];
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  const signedIn = await context.request.post("/api/auth/sign-in", { data: { email, password } });
  if (!signedIn.ok()) throw new Error(`sign-in answered ${signedIn.status()}: ${await signedIn.text()}`);
  const me = (await signedIn.json()) as { workspaces: { id: string; name: string }[] };
  const demo = me.workspaces.find(({ name }) => name.includes("demo"));
  const page = await context.newPage();
  await page.goto(`/w/${demo?.id}/chat`);
  await page.getByRole("link", { name: "Why did checkout slow down on Thursday?" }).click();
  await page.locator("table").first().waitFor();
  await page.getByRole("img", { name: /^Diagram/ }).waitFor();
  // Away from the list, where it would show what it points at; then the fonts and the scrolling come to rest.
  await page.mouse.move(900, 30);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: picture });
  const { size } = await stat(picture);
  console.log(`docs/screenshot.png: ${(size / 1000).toFixed(0)} kB`);
  if (size > largestBytes) throw new Error(`it may have ${largestBytes / 1000} kB`);
} finally {
  await browser.close();
  await server.close();
  await models.close();
}
process.exit(0);
