import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { createTestDatabase, skipUnless } from "@mindmesh/test-support";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type ServerProcess, startServerProcess } from "../../../server/test/server-process.ts";
import { desktop, launchBrowser } from "../support/browser.ts";
import { buildPage } from "../support/build-page.ts";
import { answers, arrived, composer, endedAnswer, password, send, writtenText } from "../support/chat.ts";

vi.setConfig({ testTimeout: 180_000 });

skipUnless("chromium")("a server that is killed in mid-answer", () => {
  let models: ModelServer;
  let browser: Browser;
  let folder: string;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let server: ServerProcess;

  const start = (port = "0") =>
    startServerProcess({
      PORT: port,
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible,
    });

  beforeAll(async () => {
    await buildPage();
    folder = await mkdtemp(join(tmpdir(), "mindmesh-killed-"));
    database = await createTestDatabase();
    models = await startModelServer();
    server = await start();
    browser = await launchBrowser();
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    server?.child.kill("SIGKILL");
    await server?.ended;
    await models?.close();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("shows what had arrived, marked as interrupted, on every device without a reload, and Continue goes on from there", async () => {
    const context = await browser.newContext({ ...desktop, reducedMotion: "reduce", baseURL: server.url });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    await page.goto("/");
    await page.getByLabel("Your name").fill("Ada Lovelace");
    await page.getByLabel("E-mail address").fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Create the owner" }).click();
    await composer(page).waitFor();
    await send(page, "A long story [[chunks=150 delay=50]]");
    await arrived(page, 200);
    const before = await writtenText(answers(page).last());

    const { port } = new URL(server.url);
    server.child.kill("SIGKILL");
    await server.ended;
    await page.getByText("Reconnecting").waitFor();
    server = await start(port);

    await page.getByText("Interrupted").waitFor();
    expect(await answers(page).last().getAttribute("aria-busy")).toBe("false");
    const kept = await writtenText(answers(page).last());
    expect(kept.startsWith(before)).toBe(true);
    expect(kept).not.toContain("word150");

    const other = await context.newPage();
    await other.goto(new URL(page.url()).pathname);
    await other.getByText("Interrupted").waitFor();
    expect(await writtenText(answers(other).last())).toBe(kept);

    await page.getByRole("button", { name: "Continue" }).click();
    for (const each of [page, other]) await arrived(each, kept.length + 40);
    const [here, there] = await Promise.all([endedAnswer(page), endedAnswer(other)]);
    expect(here.startsWith(kept)).toBe(true);
    expect(here).toContain("word150");
    expect(there).toBe(here);
    expect(await page.getByText("Interrupted").count()).toBe(0);
  });
});
