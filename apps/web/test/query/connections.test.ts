import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createTestDatabase, skipUnless } from "@mindmesh/test-support";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityFaults, complaints, phone } from "../support/browser.ts";
import { chatInBrowser } from "../support/chat.ts";

skipUnless("chromium")("connections and schemas in a browser", () => {
  const chat = chatInBrowser();
  let database: Awaited<ReturnType<typeof createTestDatabase>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.run(`
      DROP SCHEMA IF EXISTS chat, query, kernel, pgboss CASCADE;
      CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL UNIQUE, country text);
      COMMENT ON TABLE customers IS 'Everybody who has ever bought something';
      CREATE TABLE orders (id int PRIMARY KEY, customer_id int, placed date, total numeric(10, 2) CHECK (total >= 0));
      CREATE TABLE order_lines (order_id int REFERENCES orders ON DELETE CASCADE, line int, article text, PRIMARY KEY (order_id, line));
      CREATE VIEW order_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
      INSERT INTO customers SELECT n, n || '@example.org', (ARRAY['DE', 'FR', 'FR', 'IT'])[n % 4 + 1] FROM generate_series(1, 200) n;
      INSERT INTO orders SELECT n, n % 200 + 1, date '2026-01-01' + n % 300, n FROM generate_series(1, 1000) n;
      CREATE SCHEMA many;
      DO $$ BEGIN FOR n IN 1..1000 LOOP
        EXECUTE format('CREATE TABLE many.t%s (id int PRIMARY KEY, name text, made_at timestamptz)', lpad(n::text, 4, '0'));
      END LOOP; END $$;
      ANALYZE`);
  }, 120_000);

  afterAll(() => database?.drop());

  async function fill(page: Page, password: string) {
    const { hostname, port, pathname, username } = new URL(database.url);
    await page.getByLabel("Name", { exact: true }).fill("Shop");
    await page.getByLabel("Host", { exact: true }).fill(hostname);
    await page.getByLabel("Port", { exact: true }).fill(port);
    await page.getByLabel("Database", { exact: true }).fill(pathname.slice(1));
    await page.getByLabel("User", { exact: true }).fill(decodeURIComponent(username));
    await page.getByLabel("Password", { exact: true }).fill(password);
  }

  it("an owner connects a database: the test says what is wrong, and once it is mended the schema is there to browse", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context);
    const page = await context.newPage();
    const faults = complaints(page);
    await page.goto(`/w/${workspaceId}/query`);
    await page.getByText("No database yet").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("link", { name: "Connect a database" }).click();
    await page.getByRole("link", { name: /PostgreSQL/ }).click();

    await fill(page, "wrong");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page
      .getByText(/is an address inside this server's own network/)
      .first()
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("checkbox", { name: "This address is in the private network" }).click();
    await page.getByRole("button", { name: "Test", exact: true }).click();
    const report = page.getByRole("region", { name: "Test of the connection" });
    await report.getByText("Login: failed").waitFor();
    await expect.poll(() => page.getByLabel("Password", { exact: true }).getAttribute("aria-invalid")).toBe("true");

    // A server that answers nothing: how far the test has come is seen while it still runs.
    const silent = createServer();
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = new URL(database.url);
    await page.getByLabel("Port", { exact: true }).fill(String((silent.address() as AddressInfo).port));
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await report.getByText("Opening the database…").waitFor();
    await report.getByText("Host: passed").waitFor();
    await report.getByRole("button", { name: "Cancel" }).click();
    silent.close();
    await page.getByLabel("Port", { exact: true }).fill(port);

    await page.getByLabel("Password", { exact: true }).fill(decodeURIComponent(new URL(database.url).password));
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await report.getByText("It works").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Connect", exact: true }).click();

    const tables = page.getByRole("list", { name: "Tables" });
    await tables.getByRole("link", { name: /t0001/ }).waitFor({ timeout: 60_000 });
    // A thousand tables are a few dozen lines in the page.
    expect(await tables.getByRole("link").count()).toBeLessThan(80);
    await page.getByRole("searchbox", { name: "Find tables and columns" }).fill("customer");
    await tables.getByRole("link", { name: /^table customers/ }).click();
    await page.getByRole("heading", { name: /customers/ }).waitFor();
    await page.getByText("Everybody who has ever bought something").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("order_lin");
    await page.getByRole("option", { name: /order_lines/ }).click();
    await page.getByRole("heading", { name: /order_lines/ }).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: /country/ }).click();
    await page.getByText("Most common values").waitFor();
    await page.getByRole("button", { name: "Confirm the key of customer_id" }).click();
    await page.getByText("confirmed", { exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults.filter((fault) => !/502|503/.test(fault))).toEqual([]);
  });

  it("settings of a connection: consents are off, hiding a column takes it from the schema, deleting asks first", async () => {
    const context = await chat.open();
    const { workspaceId } = await chat.signUp(context);
    const page = await context.newPage();
    const faults = complaints(page);
    const { hostname, port, pathname, username, password } = new URL(database.url);
    const made = await context.request.post(`/api/workspaces/${workspaceId}/query/connections`, {
      data: {
        name: "Warehouse",
        engine: "postgres",
        network: { host: hostname, port: Number(port), database: pathname.slice(1), user: username, tls: "off" },
        secret: { password: decodeURIComponent(password) },
      },
    });
    expect(made.status()).toBe(201);
    const { id } = (await made.json()) as { id: string };
    await page.goto(`/w/${workspaceId}/query/c/${id}/schema`);
    await page.getByText("The schema could not be read").waitFor();
    // Only now, or a first reading that a busy server begins late would succeed.
    await chat.server.sql("UPDATE query.connections SET private_allowed = true WHERE id = $1", [id]);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("list", { name: "Tables" }).getByRole("link").first().waitFor({ timeout: 60_000 });

    await page.getByRole("link", { name: "Settings", exact: true }).first().click();
    const names = page.getByRole("switch", { name: "Names" });
    expect(await names.getAttribute("aria-checked")).toBe("false");
    await names.click();
    await expect.poll(() => names.getAttribute("aria-checked")).toBe("true");
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole("button", { name: "Hide…" }).click();
    const dialog = page.getByRole("dialog", { name: "Hide tables and columns" });
    await dialog.getByRole("searchbox").fill("country");
    await dialog.getByRole("checkbox", { name: "country" }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Hide 1" }).click();
    await page.getByRole("list", { name: "Hidden tables and columns" }).getByText("public.customers.country").waitFor();
    await page.goto(`/w/${workspaceId}/query/c/${id}/schema?table=public/customers`);
    await page.getByRole("heading", { name: /customers/ }).waitFor();
    await page.getByRole("region", { name: "Columns" }).getByText("email").waitFor();
    expect(await page.getByText("country").count()).toBe(0);

    await page.getByRole("link", { name: "Settings", exact: true }).first().click();
    await page.getByRole("button", { name: "Delete connection" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete connection" }).click();
    await page.getByText("No database yet").waitFor();
    expect(faults).toEqual([]);
  });

  it("on a phone: the list of tables, one table, and back; and a file becomes a database", async () => {
    const context = await chat.open(phone);
    const { workspaceId } = await chat.signUp(context);
    const page = await context.newPage();
    const faults = complaints(page);
    await page.goto(`/w/${workspaceId}/query`);
    await page.getByText("No database yet").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const made = await context.request.post(`/api/workspaces/${workspaceId}/query/connections`, {
      data: {
        name: "Away",
        engine: "postgres",
        network: { host: "db.invalid", port: 5432, database: "shop", user: "reader" },
      },
    });
    const { id } = (await made.json()) as { id: string };
    await page.getByText("Not reached").waitFor({ timeout: 60_000 });
    await page.goto(`/w/${workspaceId}/query/c/${id}/schema`);
    await page.getByText("The schema could not be read").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const [table] = [{ schema: "public", name: "people", kind: "table", comment: null, columns: [] }];
    const rest = { rowEstimate: 3, bytes: null, primaryKey: null, uniqueKeys: [], foreignKeys: [], checks: [] };
    const more = { indexes: [], definition: null, sequentialScans: null, analyzedAt: null, gap: null };
    await chat.server.sql(
      "INSERT INTO query.catalog_tables (workspace_id, connection_id, schema, name, content) VALUES ($1, $2, 'public', 'people', $3)",
      [workspaceId, id, JSON.stringify({ ...table, ...rest, ...more })],
    );
    await chat.server.sql(
      "INSERT INTO query.catalogs (workspace_id, connection_id, content, taken_at) VALUES ($1, $2, $3, now())",
      [workspaceId, id, JSON.stringify({ serverVersion: "1", searchPath: [], enums: [], functions: [], gaps: [] })],
    );
    await page.goto(`/w/${workspaceId}/query/c/${id}/schema`);
    await page.getByRole("link", { name: /people/ }).click();
    await page.getByRole("heading", { name: /people/ }).waitFor();
    await page.getByRole("link", { name: "All tables" }).click();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { name: "Schema", exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`/w/${workspaceId}/query`);
    await page.getByLabel("Data files").setInputFiles([
      {
        name: "Cities 2026.csv",
        mimeType: "text/csv",
        buffer: Buffer.from("name,people\nOslo,700000\nRome,2800000\n"),
      },
      { name: "notes.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 nothing") },
    ]);
    await page.getByText("CSV, ").waitFor();
    await page.getByText(/is none of these: SQLite, DuckDB/).waitFor();
    await page.getByRole("button", { name: "Remove notes.pdf" }).click();
    expect(await page.getByLabel("Table of Cities 2026.csv").inputValue()).toBe("cities_2026");
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Cities 2026");
    // Dropped files come to those that are there.
    const dropped = await page.evaluateHandle(`{
      const files = new DataTransfer();
      files.items.add(new File(["name,km\\nRhine,1233\\n"], "Rivers.csv", { type: "text/csv" }));
      files;
    }`);
    const zone = page.getByText("Drop more files here");
    await zone.dispatchEvent("dragover", { dataTransfer: dropped });
    await zone.dispatchEvent("drop", { dataTransfer: dropped });
    await expect.poll(() => page.getByLabel("Table of Rivers.csv").inputValue()).toBe("rivers");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults.filter((fault) => !fault.includes("415"))).toEqual([]);
  });
});
