import { createClient } from "@mindmesh/client";
import { type Budget, moneyRoutes } from "@mindmesh/contracts/money";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvField } from "../../src/ai/money/usage-csv.ts";
import { fits } from "../../src/ai/money/set-prices.ts";
import { modelPersonData } from "../../src/ai/index.ts";
import { openDatabase } from "../../src/db/index.ts";

let server: TestServer;
let owner: TestPerson;
let member: TestPerson;
let params: { workspaceId: string };

const money = (person: TestPerson) =>
  createClient(moneyRoutes, { baseUrl: server.url, token: () => person.accessToken });

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Olga");
  member = await server.signUp("=Max, the member");
  params = { workspaceId: owner.workspaceId };
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
    owner.workspaceId,
    member.personId,
  ]);
});

afterAll(() => server.close());

interface CallRow {
  person: TestPerson;
  day: string;
  product?: string;
  model?: string;
  cost?: number | null;
}

/** A call that has ended, as the gateway writes it. */
async function addCall({ person, day, product = "chat", model = "gpt-5", cost = 0.5 }: CallRow): Promise<void> {
  await server.sql(
    `INSERT INTO kernel.model_calls (workspace_id, id, user_id, product, provider, model, key_source, status, input_tokens, output_tokens, cost_usd, started_at)
     VALUES ($1, $2, $3, $4, 'openai', $5, 'server', 'done', 100, 10, $6, $7)`,
    [owner.workspaceId, uuidv7(), person.personId, product, model, cost, `${day}T12:00:00Z`],
  );
}

describe("usage", () => {
  beforeAll(async () => {
    await addCall({ person: owner, day: "2026-03-01" });
    await addCall({ person: owner, day: "2026-03-03", product: "research", model: "unknown-model", cost: null });
    await addCall({ person: member, day: "2026-03-03" });
  });
  const query = { from: "2026-03-01", to: "2026-03-04" };

  it("shows an owner everybody's, by day, person, product and model, and says where the sum is only at least", async () => {
    const report = await money(owner).readUsage({ params, query });
    expect(report.everybody).toBe(true);
    expect(report.total).toMatchObject({ calls: 3, costUsd: 1, unknownCalls: 1, inputTokens: 300 });
    expect(report.days.map(({ day, calls }) => [day, calls])).toEqual([
      ["2026-03-01", 1],
      ["2026-03-02", 0],
      ["2026-03-03", 2],
      ["2026-03-04", 0],
    ]);
    expect(report.people.map(({ name, calls }) => [name, calls])).toEqual([
      ["Olga", 2],
      ["=Max, the member", 1],
    ]);
    expect(report.products.map(({ id, costUsd }) => [id, costUsd])).toEqual([
      ["chat", 1],
      ["research", 0],
    ]);
    expect(report.models.map(({ id, unknownCalls }) => [id, unknownCalls])).toEqual([
      ["openai/gpt-5", 0],
      ["openai/unknown-model", 1],
    ]);
  });

  it("shows a member their own only, whatever they ask for", async () => {
    const report = await money(member).readUsage({ params, query: { ...query, personId: owner.personId } });
    expect(report.everybody).toBe(false);
    expect(report.total.calls).toBe(1);
    expect(report.people.map(({ id }) => id)).toEqual([member.personId]);
  });

  it("can be narrowed to a product, a model and a person", async () => {
    const calls = async (more: object) =>
      (await money(owner).readUsage({ params, query: { ...query, ...more } })).total.calls;
    expect(await calls({ product: "research" })).toBe(1);
    expect(await calls({ model: "openai/gpt-5" })).toBe(2);
    expect(await calls({ personId: member.personId })).toBe(1);
  });

  it("refuses a range that ends before it begins, or is longer than 400 days", async () => {
    const ask = (from: string, to: string) => money(owner).readUsage({ params, query: { from, to } });
    await expect(ask("2026-03-02", "2026-03-01")).rejects.toMatchObject({ code: "invalid_fields" });
    await expect(ask("2024-01-01", "2026-03-01")).rejects.toMatchObject({ code: "invalid_fields" });
    await expect(ask("2026-02-30", "2026-03-01")).rejects.toMatchObject({ code: "invalid_fields" });
  });

  it("can be had as CSV that no spreadsheet takes for a formula", async () => {
    const response = await owner.fetch(`/api/workspaces/${owner.workspaceId}/usage.csv?from=2026-03-01&to=2026-03-31`);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="usage-2026-03-01-to-2026-03-31.csv"',
    );
    const lines = (await response.text()).trimEnd().split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines.filter((line) => line.includes(`"'=Max, the member"`))).toHaveLength(1);
    expect(lines.find((line) => line.includes("unknown-model"))).toContain(",100,0,10,,1,");
    expect(["-1", "+x", "@sum", 'say "hi"'].map(csvField)).toEqual(["'-1", "'+x", "'@sum", '"say ""hi"""']);
  });

  it("stays, without a name, when a person's account is deleted", async () => {
    const leaver = await server.signUp("Leaver");
    await addCall({ person: leaver, day: "2026-05-01", cost: 2 });
    const db = openDatabase({ url: server.databaseUrl });
    await db.system((tx) => modelPersonData.forgetPerson(tx, leaver.personId));
    await db.close();
    const report = await money(owner).readUsage({ params, query: { from: "2026-05-01", to: "2026-05-01" } });
    expect(report.people).toMatchObject([{ id: null, name: null, costUsd: 2 }]);
  });
});

describe("prices", () => {
  const body = {
    pattern: "openai/gpt-5*",
    from: "2026-01-01",
    inputPerMillion: 7,
    cachedInputPerMillion: null,
    outputPerMillion: 9,
  };

  it("are set, corrected and taken back by an owner; each time the audit log says so", async () => {
    const price = await money(owner).addPrice({ params, body });
    expect(price).toMatchObject(body);
    await expect(money(owner).addPrice({ params, body })).rejects.toMatchObject({ code: "already_exists" });
    const priceParams = { ...params, priceId: price.id };
    await money(owner).changePrice({ params: priceParams, body: { ...body, inputPerMillion: 8 } });
    const { items } = await money(member).listPrices({ params });
    expect(items).toMatchObject([{ ...body, inputPerMillion: 8 }]);
    await money(owner).deletePrice({ params: priceParams });
    await expect(money(owner).deletePrice({ params: priceParams })).rejects.toMatchObject({ code: "not_found" });
    const log = await server.sql<{ action: string }>(
      "SELECT action FROM kernel.audit_log WHERE workspace_id = $1 AND action LIKE 'price.%' ORDER BY id",
      [owner.workspaceId],
    );
    expect(log.map(({ action }) => action)).toEqual(["price.added", "price.changed", "price.deleted"]);
  });

  it("are not a member's to set", async () => {
    await expect(money(member).addPrice({ params, body })).rejects.toMatchObject({ code: "not_allowed" });
  });

  it.each([
    ["openai/gpt-5", "openai/gpt-5", true],
    ["openai/gpt-5", "openai/gpt-5-mini", false],
    ["openai/*", "openai/gpt-5-mini", true],
    ["*/gpt-5*mini", "openai/gpt-5-mini", true],
    ["*", "anything/at/all", true],
    ["a*a", "a", false],
    [`${"*a".repeat(90)}b`, `x/${"a".repeat(5000)}`, false],
  ])("of %s hold for %s: %s", (pattern, model, expected) => {
    expect(fits(pattern, model)).toBe(expected);
  });
});

describe("budgets", () => {
  const budget = (more: object) =>
    ({ kind: "workspace", subject: null, period: "month", limitUsd: 10, ...more }) as const;
  let each: Budget;

  it("are set, changed and removed by an owner; each time the audit log says so", async () => {
    const added = await money(owner).addBudget({ params, body: budget({}) });
    expect(added).toMatchObject({ limitUsd: 10, warnPercent: 80, unknownPrices: "refuse", includesOwnKeys: false });
    expect(added.resetsAt).toMatch(/-01T00:00:00.000Z$/);
    await expect(money(owner).addBudget({ params, body: budget({}) })).rejects.toMatchObject({
      code: "already_exists",
    });
    const budgetParams = { ...params, budgetId: added.id };
    const terms = { limitUsd: 0.000001, warnPercent: 50, includesOwnKeys: true, unknownPrices: "allow" } as const;
    expect(await money(owner).changeBudget({ params: budgetParams, body: terms })).toMatchObject(terms);
    await money(owner).deleteBudget({ params: budgetParams });
    const log = await server.sql<{ action: string }>(
      "SELECT action FROM kernel.audit_log WHERE workspace_id = $1 AND action LIKE 'budget.%' ORDER BY id",
      [owner.workspaceId],
    );
    expect(log.map(({ action }) => action)).toEqual(["budget.added", "budget.changed", "budget.deleted"]);
  });

  it("of a person or an API key that does not exist are refused at the field", async () => {
    for (const kind of ["person", "api_key"] as const) {
      for (const subject of ["nobody", uuidv7()]) {
        const adding = money(owner).addBudget({ params, body: budget({ kind, subject }) });
        await expect(adding).rejects.toMatchObject({ code: "invalid_fields", fields: { subject: expect.any(String) } });
      }
    }
  });

  it("show a member what stops them, with their own part, and not what others have", async () => {
    each = await money(owner).addBudget({ params, body: budget({ kind: "person" }) });
    await money(owner).addBudget({ params, body: budget({ kind: "person", subject: owner.personId, period: "day" }) });
    const { items: all } = await money(owner).listBudgets({ params });
    expect(all.map(({ subjectName }) => subjectName)).toEqual([null, "Olga"]);
    await server.sql(
      `INSERT INTO kernel.budget_meters (workspace_id, budget_id, subject, period_start, spent_nano)
       SELECT $1, $2, unnest($3::text[]), date_trunc('month', now() AT TIME ZONE 'UTC')::date, 5e9`,
      [owner.workspaceId, each.id, [owner.personId, member.personId]],
    );
    const { items } = await money(member).listBudgets({ params });
    expect(items.map(({ id }) => id)).toEqual([each.id]);
    expect(items[0]?.meters).toEqual([
      { subject: member.personId, name: "=Max, the member", spentUsd: 5, reservedUsd: 0 },
    ]);
  });
});
