import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { startTestServer, type TestServer, type TestServerOptions } from "@mindmesh/test-support";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { complaints, desktop, launchBrowser } from "./browser.ts";
import { buildPage } from "./build-page.ts";

export const password = "correct horse battery";

export interface ChatInBrowser {
  readonly server: TestServer;
  readonly models: ModelServer;
  readonly browser: Browser;
  /** A browser of its own, with nobody signed in. */
  open(settings?: Parameters<Browser["newContext"]>[0]): Promise<BrowserContext>;
  /** Signs a new person up in a browser, by the page's own API. */
  signUp(context: BrowserContext, name?: string): Promise<{ email: string; workspaceId: string; personId: string }>;
  /** Signs somebody in on another browser. */
  signIn(context: BrowserContext, email: string): Promise<void>;
  /** The page for a new conversation, and what the browser complains about on it. */
  newConversation(context: BrowserContext): Promise<{ page: Page; complaints: string[] }>;
}

/**
 * A server, a model server and a browser, for the tests of one file. Call it inside `describe`. Unless `environment` says
 * otherwise, the server has the model server's OpenAI-compatible model. `addressed`: see startTestServer. Code runs in what
 * `sandbox` gives, else nowhere.
 */
export function chatInBrowser({
  environment = ({ compatible }: ModelServer["baseUrls"]): Record<string, string> => ({
    OPENAI_COMPATIBLE_BASE_URL: compatible,
  }),
  addressed = false,
  sandbox = (): TestServerOptions["sandbox"] => undefined,
} = {}): ChatInBrowser {
  let server: TestServer;
  let models: ModelServer;
  let browser: Browser;
  let people = 0;
  // Several browsers, argon2 and a database: a busy machine needs longer than for other tests.
  vi.setConfig({ testTimeout: 120_000 });

  beforeAll(async () => {
    await buildPage();
    models = await startModelServer();
    const walls = sandbox();
    server = await startTestServer({
      addressed,
      environment: environment(models.baseUrls),
      ...(walls && { sandbox: walls }),
    });
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await models?.close();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  return {
    get server() {
      return server;
    },
    get models() {
      return models;
    },
    get browser() {
      return browser;
    },
    async open(settings = desktop) {
      const context = await browser.newContext({ reducedMotion: "reduce", baseURL: server.url, ...settings });
      context.setDefaultTimeout(30_000);
      return context;
    },
    async signUp(context, name = "Ada") {
      people += 1;
      const email = `person${people}@example.org`;
      const response = await context.request.post("/api/auth/sign-up", { data: { name, email, password } });
      expect(response.status()).toBe(201);
      const me = (await response.json()) as { person: { id: string }; workspaces: { id: string }[] };
      return { email, workspaceId: me.workspaces[0]?.id ?? "", personId: me.person.id };
    },
    async signIn(context, email) {
      const response = await context.request.post("/api/auth/sign-in", { data: { email, password } });
      expect(response.status()).toBe(200);
    },
    async newConversation(context) {
      const page = await context.newPage();
      const list = complaints(page);
      await page.goto("/");
      await composer(page).waitFor();
      return { page, complaints: list };
    },
  };
}

/** How long, and how often, a test looks for what must come. */
const waiting = { timeout: 60_000, interval: 50 };

export const composer = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
export const answers = (page: Page) => page.getByRole("article", { name: "Answer" });
export const questions = (page: Page) => page.getByRole("article", { name: "You wrote" });

/** Writes a message and sends it by Enter. */
export async function send(page: Page, text: string) {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

/** The text of the last answer once it has ended. */
export async function endedAnswer(page: Page) {
  const last = answers(page).last();
  await expect.poll(() => last.getAttribute("aria-busy"), waiting).toBe("false");
  return writtenText(last);
}

/** The words of an answer without its buttons and figures, also those out of sight. */
export async function writtenText(answer: ReturnType<typeof answers>) {
  const markdown = answer.locator(".markdown").first();
  await markdown.waitFor({ state: "attached" });
  const blocks = await markdown.locator("> *").allTextContents();
  const text = blocks.length > 0 ? blocks.join(" ") : ((await markdown.textContent()) ?? "");
  return text.replaceAll(/\s+/g, " ").trim();
}

/** Waits until an answer that is being written has at least so many characters. */
export async function arrived(page: Page, characters: number) {
  const lengthOf = `document.querySelector('article[aria-busy="true"] .markdown')?.textContent.length ?? 0`;
  await expect.poll(() => page.evaluate<number>(lengthOf), waiting).toBeGreaterThanOrEqual(characters);
}
