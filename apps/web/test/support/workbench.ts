import { connectionBody, createTestDatabase, type TestDatabase } from "@mindmesh/test-support";
import pg from "pg";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { complaints } from "./browser.ts";
import { chatInBrowser } from "./chat.ts";

/** So long a test looks for what a busy machine is slow to show. */
export const patient = { timeout: 30_000 };

/**
 * A server, a browser and a PostgreSQL database that people work with, for the tests of one file. Call it inside `describe`.
 * @param statements fill the database
 */
export function workbenchInBrowser(statements: string) {
  const chat = chatInBrowser({ environment: () => ({ OUTBOUND_ALLOW_PRIVATE: "127.0.0.1" }) });
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.run(`DROP SCHEMA IF EXISTS chat, query, kernel, pgboss CASCADE; ${statements}`);
  }, 120_000);

  afterAll(() => database?.drop());

  /** A person with a connection to the database, at its workbench. @param change of the connection's settings */
  async function atWorkbench(context: BrowserContext, change: object = {}) {
    const person = await chat.signUp(context);
    const base = `/api/workspaces/${person.workspaceId}/query/connections`;
    const response = await context.request.post(base, { data: connectionBody(database.url) });
    expect(response.status(), await response.text()).toBe(201);
    const connection = (await response.json()) as { id: string; version: number };
    const changed = await context.request.patch(`${base}/${connection.id}`, {
      data: { version: connection.version, label: "test", ...change },
    });
    expect(changed.status(), await changed.text()).toBe(200);
    const page = await context.newPage();
    const said = complaints(page);
    const address = `/w/${person.workspaceId}/query/c/${connection.id}/sql`;
    await page.goto(address);
    return { person, page, said, address, connectionId: connection.id };
  }
  /** Makes whoever reads a table wait. Gives back what lets them go on. */
  async function holdUp(table: string): Promise<() => Promise<void>> {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return () => holder.end();
  }
  return { chat, atWorkbench, holdUp };
}

export const editor = (page: Page) => page.getByRole("textbox", { name: /^SQL of/ });
export const grid = (page: Page) => page.getByRole("grid", { name: "Result" });
/** The cells of a row that are drawn, its number first. */
export const cells = (page: Page, row: number) => grid(page).locator(`[data-cell^="${row}:"]`).allInnerTexts();

export async function newTab(page: Page) {
  await page.getByRole("button", { name: "New query" }).first().click();
  await editor(page).waitFor();
}

/** Writes over what the open tab holds. */
export async function write(page: Page, sql: string) {
  await editor(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(sql);
}

/** Waits until every tab is saved. */
export async function saved(page: Page) {
  await expect.poll(() => page.locator('[role="tab"] [data-unsaved="true"]').count(), patient).toBe(0);
}
