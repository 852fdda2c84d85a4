import { type Client, createClient } from "@mindmesh/client";
import { modelRoutes } from "@mindmesh/contracts/models";
import { type ModelServer, closedPort, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

let models: ModelServer;
let server: TestServer;
let ann: Member;
let ben: Member;
let vic: Member;
let stranger: TestPerson;

interface Member {
  models: Client<typeof modelRoutes>;
  personId: string;
  params: { workspaceId: string };
}

const clientOf = (person: TestPerson, at: TestServer = server) =>
  createClient(modelRoutes, { baseUrl: at.url, token: () => person.accessToken });

async function member(person: TestPerson, workspaceId: string, role: string): Promise<Member> {
  await server.sql(
    "INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [workspaceId, person.personId, role],
  );
  return { models: clientOf(person), personId: person.personId, params: { workspaceId } };
}

const key = "sk-right-key-0123456789-WXYZ";

beforeAll(async () => {
  models = await startModelServer();
  const { baseUrls } = models;
  server = await startTestServer({
    environment: {
      OPENAI_BASE_URL: baseUrls.openai,
      ANTHROPIC_BASE_URL: baseUrls.anthropic,
      GOOGLE_BASE_URL: baseUrls.google,
      GROQ_BASE_URL: baseUrls.groq,
      MISTRAL_BASE_URL: baseUrls.mistral,
      OLLAMA_BASE_URL: await closedPort(),
      OUTBOUND_ALLOW_PRIVATE: "127.0.0.1",
    },
  });
  const owner = await server.signUp("Ann");
  ann = await member(owner, owner.workspaceId, "owner");
  ben = await member(await server.signUp("Ben"), owner.workspaceId, "member");
  vic = await member(await server.signUp("Vic"), owner.workspaceId, "viewer");
  stranger = await server.signUp("Stranger");
});
afterAll(async () => {
  await server.close();
  await models.close();
});
beforeEach(async () => {
  models.reset();
  models.requireKey(key);
  for (const each of [ann, ben]) {
    const { items } = await each.models.listProviderKeys({ params: each.params });
    const mine = items.filter((item) => item.owner === "person" || each === ann);
    for (const { id } of mine) await each.models.deleteProviderKey({ params: { ...each.params, keyId: id } });
  }
});

const own = { owner: "person", kind: "openai", key } as const;

describe("without any key", () => {
  it("there is no model, and three ways to get one are named", async () => {
    const offer = await ben.models.listModels({ params: ben.params });
    expect(offer).toMatchObject({ items: [], defaultModel: null, problems: [] });
    expect(offer.help.map((each) => each.way)).toEqual(["own_key", "server_key", "local"]);
  });
});

describe("entering a key", () => {
  it.each(["openai", "anthropic", "google", "groq", "mistral"] as const)(
    "of %s: tested, then its models are there",
    async (kind) => {
      const added = await ben.models.addProviderKey({ params: ben.params, body: { ...own, kind } });
      expect(added).toMatchObject({ owner: "person", kind, provider: kind, lastFour: "WXYZ", test: { result: "ok" } });
      expect(added.test.message).toMatch(/accepts the key: \d+ models?\.$/);
      const offer = await ben.models.listModels({ params: ben.params });
      expect(offer.items.length).toBeGreaterThan(0);
      expect(offer.items.every((each) => each.provider === kind && each.via === "person")).toBe(true);
      expect(offer.defaultModel).not.toBeNull();
      expect(offer.help).toEqual([]);
    },
  );

  it.each(["openai", "anthropic", "google", "groq", "mistral"] as const)(
    "that %s does not accept: the field says so, nothing is kept",
    async (kind) => {
      const adding = ben.models.addProviderKey({
        params: ben.params,
        body: { ...own, kind, key: "sk-wrong-key-0123456789" },
      });
      await expect(adding).rejects.toMatchObject({
        status: 422,
        fields: { key: expect.stringMatching(/does not (?:accept|allow)/) },
      });
      await expect(adding).rejects.not.toMatchObject({ message: expect.stringContaining("sk-wrong-key") });
      expect(await ben.models.listProviderKeys({ params: ben.params })).toEqual({ items: [] });
    },
  );

  it("the key itself is nowhere: not in an answer, not in the database", async () => {
    const added = await ben.models.addProviderKey({ params: ben.params, body: own });
    const listed = await ben.models.listProviderKeys({ params: ben.params });
    expect(JSON.stringify([added, listed])).not.toContain("right-key");
    const rows = await server.sql(
      "SELECT k::text AS text, encode(envelope, 'escape') AS raw FROM kernel.provider_keys k",
    );
    const events = await server.sql("SELECT payload::text AS text FROM kernel.events");
    expect(rows).toHaveLength(1);
    expect(JSON.stringify([rows, events])).not.toContain("right-key");
  });

  it("is in the audit log, as is its end, without the key", async () => {
    const { id } = await ann.models.addProviderKey({ params: ann.params, body: { ...own, owner: "workspace" } });
    await ann.models.deleteProviderKey({ params: { ...ann.params, keyId: id } });
    const entries = await server.sql(
      "SELECT action, actor_id, details FROM kernel.audit_log WHERE target_id = $1 ORDER BY at, id",
      [id],
    );
    expect(entries).toMatchObject([
      { action: "provider_key.added", actor_id: ann.personId, details: { owner: "workspace", provider: "openai" } },
      { action: "provider_key.deleted", actor_id: ann.personId },
    ]);
    expect(JSON.stringify(entries)).not.toContain("right-key");
  });

  it("again for the same provider replaces the first one", async () => {
    const first = await ben.models.addProviderKey({ params: ben.params, body: own });
    models.requireKey("sk-another-key-0123456789-ABCD");
    const second = await ben.models.addProviderKey({
      params: ben.params,
      body: { ...own, key: "sk-another-key-0123456789-ABCD" },
    });
    expect(second).toMatchObject({ id: first.id, lastFour: "ABCD" });
    expect((await ben.models.listProviderKeys({ params: ben.params })).items).toHaveLength(1);
  });

  it("of a short length shows none of it", async () => {
    models.requireKey("secret7");
    const body = { ...own, key: "secret7" };
    expect(await ben.models.addProviderKey({ params: ben.params, body })).toMatchObject({ lastFour: null });
  });

  it.each([
    ["with a line break", { ...own, key: "sk-a\nb" }, "key"],
    ["with nothing", { ...own, key: "  " }, "key"],
    ["without one", { owner: "person", kind: "openai" } as const, "key"],
    ["with an address for OpenAI", { ...own, baseUrl: "http://example.org" }, "baseUrl"],
    [
      "of a server without a name",
      { owner: "person", kind: "compatible", baseUrl: "http://example.org" } as const,
      "name",
    ],
    ["of a server without an address", { owner: "person", kind: "compatible", name: "Mine" } as const, "baseUrl"],
    [
      "of a server at file:",
      { owner: "person", kind: "compatible", name: "Mine", baseUrl: "file:///etc" } as const,
      "baseUrl",
    ],
    [
      "with a password in the address",
      { owner: "person", kind: "compatible", name: "Mine", baseUrl: "http://a:b@c.org" } as const,
      "baseUrl",
    ],
  ])("%s: 422 names the field", async (_, body, field) => {
    await expect(ben.models.addProviderKey({ params: ben.params, body })).rejects.toMatchObject({
      status: 422,
      fields: { [field]: expect.any(String) },
    });
    expect(models.requests).toEqual([]);
  });
});

describe("whose key", () => {
  it("a person's key is theirs alone; the workspace's is everybody's", async () => {
    await ben.models.addProviderKey({ params: ben.params, body: own });
    await ann.models.addProviderKey({ params: ann.params, body: { ...own, kind: "mistral", owner: "workspace" } });
    const providersOf = async (who: Member) => {
      const { items } = await who.models.listModels({ params: who.params });
      return [...new Set(items.map((each) => `${each.provider} via ${each.via}`))];
    };
    expect(await providersOf(ben)).toEqual(["openai via person", "mistral via workspace"]);
    expect(await providersOf(ann)).toEqual(["mistral via workspace"]);
    expect(await providersOf(vic)).toEqual(["mistral via workspace"]);
    expect((await ann.models.listProviderKeys({ params: ann.params })).items.map((each) => each.kind)).toEqual([
      "mistral",
    ]);
  });

  it("only owners and admins set the workspace's; a viewer sets none", async () => {
    const forAll = { ...own, owner: "workspace" } as const;
    await expect(ben.models.addProviderKey({ params: ben.params, body: forAll })).rejects.toMatchObject({
      status: 403,
    });
    await expect(vic.models.addProviderKey({ params: vic.params, body: own })).rejects.toMatchObject({ status: 403 });
    const added = await ann.models.addProviderKey({ params: ann.params, body: forAll });
    const keyParams = { ...ben.params, keyId: added.id };
    await expect(ben.models.deleteProviderKey({ params: keyParams })).rejects.toMatchObject({ status: 403 });
    await expect(ben.models.testProviderKey({ params: keyParams })).rejects.toMatchObject({ status: 403 });
  });

  it("of another person or another workspace is not there", async () => {
    const { id } = await ben.models.addProviderKey({ params: ben.params, body: own });
    const keyParams = { ...ann.params, keyId: id };
    await expect(ann.models.deleteProviderKey({ params: keyParams })).rejects.toMatchObject({ status: 404 });
    await expect(clientOf(stranger).listProviderKeys({ params: ann.params })).rejects.toMatchObject({ status: 404 });
    const elsewhere = { workspaceId: stranger.workspaceId, keyId: id };
    await expect(clientOf(stranger).deleteProviderKey({ params: elsewhere })).rejects.toMatchObject({ status: 404 });
  });
});

describe("a key that is there", () => {
  it("is tested again, and says what is wrong now", async () => {
    const { id } = await ben.models.addProviderKey({ params: ben.params, body: own });
    models.requireKey("sk-revoked");
    const keyParams = { ...ben.params, keyId: id };
    expect(await ben.models.testProviderKey({ params: keyParams })).toMatchObject({ test: { result: "wrong_key" } });
    models.requireKey(null);
    models.setFault(403, "everything");
    expect(await ben.models.testProviderKey({ params: keyParams })).toMatchObject({
      test: { result: "no_permission" },
    });
  });

  it("is gone at once when it is deleted", async () => {
    const { id } = await ben.models.addProviderKey({ params: ben.params, body: own });
    await ben.models.deleteProviderKey({ params: { ...ben.params, keyId: id } });
    expect(await ben.models.listModels({ params: ben.params })).toMatchObject({ items: [] });
  });

  it("whose provider is down later: the list of before stays, with the reason", async () => {
    await ben.models.addProviderKey({ params: ben.params, body: own });
    const before = await ben.models.listModels({ params: ben.params });
    models.setFault(503, "everything");
    const after = await ben.models.listModels({ params: ben.params, query: { refresh: "true" } });
    expect(after.items).toEqual(before.items);
    expect(after.problems).toMatchObject([{ provider: "openai", message: expect.stringMatching(/overloaded/) }]);
  });
});

describe("a server of one's own", () => {
  const mine = () => ({ owner: "person", kind: "compatible", name: "My vLLM", key, baseUrl: models.url }) as const;

  it("is called by its name", async () => {
    const added = await ben.models.addProviderKey({ params: ben.params, body: mine() });
    expect(added).toMatchObject({ provider: "my-vllm", name: "My vLLM", baseUrl: `${models.url}/v1` });
    const { items } = await ben.models.listModels({ params: ben.params });
    expect(items.map((each) => each.id)).toContain("my-vllm/gpt-5");
    // What the same name costs elsewhere says nothing about this server.
    expect(items.every((each) => each.price === null)).toBe(true);
  });

  it("that wants no key needs none", async () => {
    models.requireKey(null);
    const { key: _, ...body } = mine();
    expect(await ben.models.addProviderKey({ params: ben.params, body })).toMatchObject({
      lastFour: null,
      test: { result: "ok" },
    });
  });

  it("that is off: the address's field says so, and it is kept when that is wanted", async () => {
    const body = { ...mine(), baseUrl: await closedPort() };
    await expect(ben.models.addProviderKey({ params: ben.params, body })).rejects.toMatchObject({
      fields: { baseUrl: "My vLLM cannot be reached: nothing listens at its address." },
    });
    const kept = await ben.models.addProviderKey({ params: ben.params, body: { ...body, keepAnyway: true } });
    expect(kept).toMatchObject({ test: { result: "unreachable" } });
  });

  it.each(["localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"])(
    "inside the server's own network (%s) is refused, and nothing is sent there",
    async (host) => {
      const body = { ...mine(), baseUrl: `http://${host}:${models.port}` };
      await expect(ben.models.addProviderKey({ params: ben.params, body })).rejects.toMatchObject({
        fields: { baseUrl: expect.stringMatching(/own network/) },
      });
      expect(models.requests).toEqual([]);
    },
  );

  it("may not take the name of another provider, nor one that reads like another of the same person", async () => {
    const named = (name: string) => ben.models.addProviderKey({ params: ben.params, body: { ...mine(), name } });
    await expect(named("Ollama")).rejects.toMatchObject({ status: 422, fields: { name: expect.any(String) } });
    await expect(named("漢字")).rejects.toMatchObject({ status: 422, fields: { name: expect.any(String) } });
    await named("My vLLM");
    await expect(named("my vllm!")).rejects.toMatchObject({ status: 409 });
  });
});

describe("the model to begin with", () => {
  const choose = (who: Member, owner: "person" | "workspace", model: string | null) =>
    who.models.chooseModel({ params: who.params, body: { owner, model } });
  const defaultOf = async (who: Member) => (await who.models.listModels({ params: who.params })).defaultModel;

  it("is one's own choice, else the workspace's, else a usual one; other devices hear of it", async () => {
    await ann.models.addProviderKey({ params: ann.params, body: { ...own, owner: "workspace" } });
    await ann.models.addProviderKey({ params: ann.params, body: { ...own, kind: "anthropic", owner: "workspace" } });
    expect(await defaultOf(ben)).toBe("anthropic/claude-sonnet-4-5");
    await choose(ann, "workspace", "openai/gpt-5-mini");
    expect(await defaultOf(ben)).toBe("openai/gpt-5-mini");
    await choose(ben, "person", "anthropic/claude-opus-4-5");
    expect(await defaultOf(ben)).toBe("anthropic/claude-opus-4-5");
    expect(await defaultOf(ann)).toBe("openai/gpt-5-mini");
    const events = await server.sql(
      "SELECT audience_person_id FROM kernel.events WHERE type = 'models.changed' AND actor_id = $1 ORDER BY seq DESC LIMIT 1",
      [ben.personId],
    );
    expect(events).toEqual([{ audience_person_id: ben.personId }]);
    await choose(ben, "person", null);
    expect(await defaultOf(ben)).toBe("openai/gpt-5-mini");
    await choose(ann, "workspace", null);
    expect(await defaultOf(ben)).toBe("anthropic/claude-sonnet-4-5");
  });

  it("can only be one that can be called, and the workspace's is for owners and admins", async () => {
    await ann.models.addProviderKey({ params: ann.params, body: { ...own, owner: "workspace" } });
    await expect(choose(ben, "person", "groq/llama")).rejects.toMatchObject({ status: 422 });
    await expect(choose(ben, "workspace", "openai/gpt-5")).rejects.toMatchObject({ status: 403 });
    await expect(choose(vic, "person", "openai/gpt-5")).rejects.toMatchObject({ status: 403 });
  });

  it("that was chosen holds no longer when its key is gone", async () => {
    const { id } = await ben.models.addProviderKey({ params: ben.params, body: own });
    await choose(ben, "person", "openai/gpt-5-mini");
    await ben.models.deleteProviderKey({ params: { ...ben.params, keyId: id } });
    expect(await defaultOf(ben)).toBeNull();
    await choose(ben, "person", null);
  });
});
