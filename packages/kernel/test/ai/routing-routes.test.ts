import { type Client, createClient } from "@mindmesh/client";
import { type RoutingRules, routingRoutes } from "@mindmesh/contracts/routing";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, it } from "vitest";

let models: ModelServer;
let server: TestServer;
let owner: TestPerson;
let member: TestPerson;
let params: { workspaceId: string };

const clientOf = (person: TestPerson): Client<typeof routingRoutes> =>
  createClient(routingRoutes, { baseUrl: server.url, token: () => person.accessToken });

beforeAll(async () => {
  models = await startModelServer();
  const { openai, mistral } = models.baseUrls;
  server = await startTestServer({
    environment: { OPENAI_API_KEY: "one", OPENAI_BASE_URL: openai, MISTRAL_API_KEY: "two", MISTRAL_BASE_URL: mistral },
  });
  owner = await server.signUp("Ann");
  member = await server.signUp("Ben");
  params = { workspaceId: owner.workspaceId };
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
    owner.workspaceId,
    member.personId,
  ]);
});
afterAll(async () => {
  await server.close();
  await models.close();
});

const rules: RoutingRules = {
  rules: [
    { tier: "fast", when: { product: "chat", tools: true }, models: ["mistral/mistral-small-latest", "groq/gone"] },
    { tier: "backup", when: {}, models: ["openai/gpt-5"] },
  ],
  namedFallsBack: false,
};

it("everybody sees what each tier comes to before anything is decided", async () => {
  const routing = await clientOf(member).readRouting({ params });
  expect(routing).toMatchObject({ rules: [], namedFallsBack: true, changedAt: null, resolved: [] });
  expect(routing.automatic).toHaveLength(12);
  expect(routing.automatic.find((each) => each.tier === "quality" && each.complexity === "hard")?.models).toEqual([
    { model: "openai/gpt-5", via: "server" },
    { model: "mistral/mistral-large-latest", via: "server" },
  ]);
});

it("an owner changes the rules; everybody sees them with what can be called, and the log says who did it", async () => {
  const changed = await clientOf(owner).changeRouting({ params, body: rules });
  expect(changed).toMatchObject(rules);
  expect(changed.resolved).toEqual([
    [
      { model: "mistral/mistral-small-latest", via: "server" },
      { model: "groq/gone", via: null },
    ],
    [{ model: "openai/gpt-5", via: "server" }],
  ]);
  expect(await clientOf(member).readRouting({ params })).toEqual(changed);
  const logged = await server.sql(
    "SELECT actor_id, details FROM kernel.audit_log WHERE action = 'model_routing.changed'",
  );
  expect(logged).toMatchObject([
    { actor_id: owner.personId, details: { rules: 2, rulesBefore: 0, tiers: "fast, backup" } },
  ]);
});

it("a member may not change them", async () => {
  await expect(clientOf(member).changeRouting({ params, body: rules })).rejects.toMatchObject({ code: "not_allowed" });
});

it.each([
  ["no model", { rules: [{ tier: "fast", when: {}, models: [] }], namedFallsBack: true }, /rules/],
  [
    "a tier in place of a model",
    { rules: [{ tier: "fast", when: {}, models: ["cheap"] }], namedFallsBack: true },
    /rules/,
  ],
  [
    "a tier that does not exist",
    { rules: [{ tier: "best", when: {}, models: ["a/b"] }], namedFallsBack: true },
    /rules/,
  ],
  ["too many rules", { rules: Array.from({ length: 41 }, () => rules.rules[1]), namedFallsBack: true }, /rules/],
  ["no switch", { rules: [] }, /namedFallsBack/],
])("rules with %s are refused, and the old ones stay", async (_, body, field) => {
  const refused = await clientOf(owner)
    .changeRouting({ params, body: body as RoutingRules })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "invalid_fields" });
  expect(JSON.stringify(refused)).toMatch(field);
  expect(await clientOf(owner).readRouting({ params })).toMatchObject(rules);
});
