import { connectionBody, createTestDatabase, eventually, skipUnless } from "@mindmesh/test-support";
import pg from "pg";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityFaults, complaints, desktop, phone } from "../support/browser.ts";
import { chatInBrowser } from "../support/chat.ts";

skipUnless("chromium")("asking a database in a browser", () => {
  const chat = chatInBrowser();
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let owner: { email: string; workspaceId: string; connectionId: string } | null = null;

  beforeAll(async () => {
    database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      DROP SCHEMA IF EXISTS chat, query, kernel, pgboss CASCADE;
      CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, country text NOT NULL);
      CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, status text NOT NULL, total numeric(10, 2) NOT NULL, placed_at timestamptz NOT NULL);
      INSERT INTO customers SELECT n, 'Customer ' || n, (ARRAY['Germany', 'France', 'Spain'])[n % 3 + 1] FROM generate_series(1, 90) n;
      INSERT INTO orders SELECT n, n % 90 + 1, (ARRAY['paid', 'open'])[n % 2 + 1], n % 400, '2025-01-01'::timestamptz + n * interval '20 minutes' FROM generate_series(1, 30000) n;
      ANALYZE`);
    await client.end();
  }, 120_000);

  afterAll(() => database?.drop());

  /** A connection whose schema has been read, made by the page's own API. */
  async function connect(context: BrowserContext, workspaceId: string): Promise<string> {
    const place = `/api/workspaces/${workspaceId}/query/connections`;
    const made = await context.request.post(place, {
      data: { ...connectionBody(database.url), privateAllowed: true },
    });
    expect(made.status(), await made.text()).toBe(201);
    const { id, version } = (await made.json()) as { id: string; version: number };
    await eventually(async () => {
      const { items } = (await (await context.request.get(place)).json()) as {
        items: { ingestion: { state: string } | null }[];
      };
      expect(items[0]?.ingestion?.state).toBe("done");
    });
    const consents = { names: true, statistics: false, samples: false };
    const changed = await context.request.patch(`${place}/${id}`, { data: { version, consents } });
    expect(changed.status(), await changed.text()).toBe(200);
    return id;
  }

  async function openAsk(settings = desktop) {
    const context = await chat.open(settings);
    // Only the owner of the server, who is the first one, may connect to an address of its own network.
    if (owner) await chat.signIn(context, owner.email);
    else {
      const { email, workspaceId: own } = await chat.signUp(context);
      owner = { email, workspaceId: own, connectionId: await connect(context, own) };
    }
    const { workspaceId, connectionId } = owner;
    const page = await context.newPage();
    const faults = complaints(page);
    const go = (section: string) => page.goto(`/w/${workspaceId}/query/c/${connectionId}/${section}`);
    await go("ask");
    await page.getByRole("textbox", { name: "Your question" }).waitFor();
    return { page, faults, go };
  }

  async function ask(page: Page, question: string, by: "Model" | "Rules only") {
    await page.getByRole("radio", { name: by }).click();
    await page.getByRole("textbox", { name: "Your question" }).fill(question);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const turn = page.getByRole("article", { name: question }).first();
    await turn.waitFor({ timeout: 60_000 });
    return turn;
  }

  const writes = (sql: string) =>
    chat.models.setBehaviour({
      text: JSON.stringify({
        kind: "sql",
        sql,
        question: null,
        choices: [],
        reason: null,
        assumptions: ["All orders count."],
      }),
    });

  it("an answer shows rows, warnings, SQL, words, plan and what would make it faster; a thumb is kept", async () => {
    const { page, faults } = await openAsk();
    expect(await accessibilityFaults(page)).toEqual([]);
    writes(
      "SELECT c.country, sum(o.total) AS total FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'paid' GROUP BY c.country",
    );
    const turn = await ask(page, "total of paid orders by country", "Model");
    await turn.getByRole("region", { name: "First rows" }).getByText("Germany").waitFor();
    await turn.getByText("Rows may be missing").waitFor();
    await turn.getByText("All orders count.").waitFor();
    await turn.getByText("What it does, step by step").click();
    await turn.getByText("Makes one row for each").waitFor();
    await turn.getByRole("button", { name: "Plan" }).click();
    const tree = turn.getByRole("tree", { name: "Plan" });
    await tree.waitFor({ timeout: 60_000 });
    await tree.getByRole("treeitem").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowUp");
    expect(await tree.getByRole("treeitem").count()).toBeGreaterThan(0);
    await turn.getByRole("button", { name: "Run for real figures" }).click();
    await tree
      .getByText(/expected/)
      .first()
      .waitFor({ timeout: 60_000 });
    await turn.getByRole("button", { name: "This is right: learn from it" }).click();
    await expect
      .poll(() => turn.getByRole("button", { name: "This is right: learn from it" }).getAttribute("aria-pressed"))
      .toBe("true");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("without a model our own rules answer and say so; a question with two meanings is chosen by a click", async () => {
    const { page, faults } = await openAsk(phone);
    const turn = await ask(page, "How many orders per status?", "Rules only");
    await turn.getByText("Rules, no model").waitFor();
    await turn.getByRole("cell", { name: "paid", exact: true }).waitFor();
    const refused = await ask(page, "What is the churn?", "Rules only");
    await refused.getByText("Nothing in the schema or the glossary is called “churn”.").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("a question can be cancelled while a model thinks", async () => {
    const { page, faults } = await openAsk();
    chat.models.setBehaviour({ firstDelayMs: 120_000 });
    await page.getByRole("textbox", { name: "Your question" }).fill("orders of yesterday");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const progress = page.getByRole("region", { name: "Being answered" });
    await progress.getByText("Writing the statement").waitFor();
    await progress.getByRole("button", { name: "Cancel" }).click();
    await progress.waitFor({ state: "detached" });
    expect(await page.getByRole("textbox", { name: "Your question" }).inputValue()).toBe("orders of yesterday");
    chat.models.reset();
    expect(faults).toEqual([]);
  });

  it("a term is made, refused where the schema does not have it, and used; health lists what to mend", async () => {
    const { page, faults, go } = await openAsk();
    await go("glossary");
    await page.getByRole("button", { name: "New term" }).click();
    const form = page.getByRole("form", { name: "New term" });
    await form.getByLabel("Term", { exact: true }).fill("Turnover");
    await form.getByRole("combobox", { name: "Stands for" }).click();
    await page.getByRole("option", { name: /^A figure/ }).click();
    await form.getByRole("combobox", { name: "Table" }).click();
    await page.getByRole("option", { name: /^orders/ }).click();
    await form.getByLabel("SQL of the figure").fill("sum(totl)");
    await form.getByRole("button", { name: "Save term" }).click();
    await form.getByText("There is no column totl in orders; did you mean total?").waitFor();
    await form.getByLabel("SQL of the figure").fill("sum(total)");
    await form.getByRole("button", { name: "Save term" }).click();
    await page.getByRole("article", { name: "Turnover" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await go("ask");
    const turn = await ask(page, "turnover by country", "Rules only");
    await turn.getByText("SUM(o.total) AS turnover", { exact: false }).first().waitFor();
    await go("health");
    await page.getByRole("article", { name: /^orders.customer_id points to customers and has no index/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    // The refused term is an answer of 422, which a browser tells of by itself.
    expect(faults.filter((fault) => !fault.includes("422"))).toEqual([]);
  });
});
