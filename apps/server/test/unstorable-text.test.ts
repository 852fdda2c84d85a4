import type { RouteDefinition } from "@mindmesh/contracts/route";
import { storableText } from "@mindmesh/kernel/db";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, manyTables, startTestServer, storeCatalog } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { sampleOf } from "./spoiled-values.ts";

const keyBody = { name: "All", scope: "admin", expiresInDays: null };

let models: ModelServer;
let server: TestServer;
let ann: TestPerson;
let key: string;
/** What parameters of paths stand for. */
let ids: Record<string, string>;

beforeAll(async () => {
  models = await startModelServer();
  server = await startTestServer({
    environment: { OPENAI_API_KEY: "sk-openai", OPENAI_BASE_URL: models.baseUrls.openai, CALLS_PER_MINUTE: "1000000" },
  });
  ann = await server.signUp("Ann");
  ids = { workspaceId: ann.workspaceId };
  key = await newKey(ann);
  ids["connectionId"] = await storeCatalog(server, ann.workspaceId, manyTables(3));
  const params = { workspaceId: ann.workspaceId };
  const conversation = await ann.chat.createConversation({ params, body: {} });
  ids["conversationId"] = conversation.id;
  const sent = await ann.chat.sendMessage({
    params: { ...params, conversationId: conversation.id },
    body: { text: "Hello", parentId: null },
  });
  ids["messageId"] = sent.answer.id;
  ids["folderId"] = (await make<{ id: string }>("chat/folders", { name: "Folder" })).id;
});

afterAll(async () => {
  await server.close();
  await models.close();
});

async function newKey(person: TestPerson): Promise<string> {
  const { secret } = await make<{ secret: string }>("api-keys", keyBody, person);
  return secret;
}

async function make<T>(path: string, body: object, person = ann): Promise<T> {
  const response = await person.fetch(`/api/workspaces/${ann.workspaceId}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as T;
}

interface Ask {
  method: string;
  path: string;
  contract: RouteDefinition;
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** In an address there is no lone surrogate; its bytes are what a careless program makes of it. */
const inAddress = (text: string) => encodeURIComponent(text.replaceAll("\ud800", "~~")).replaceAll("~~", "%ED%A0%80");

/** Who asks on a route of which one person may only ask so much a minute: somebody new of the workspace after a while. */
const crowd = { run: { each: 50, asked: 0 }, sensitive: { each: 25, asked: 0 } };
const people = new Map<string, Promise<{ session: string; key: string }>>();
async function newcomer(): Promise<{ session: string; key: string }> {
  const person = await server.signUp();
  const values = [ids["workspaceId"], person.personId];
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'admin')", values);
  return { session: person.accessToken, key: await newKey(person) };
}

async function tokenFor({ audience, limit, path }: RouteDefinition): Promise<string> {
  const isOwners = path.startsWith("/api/instance/");
  if (audience === "public" || isOwners || (limit !== "run" && limit !== "sensitive")) {
    return audience === "device" ? ann.accessToken : key;
  }
  const place = `${limit} ${Math.floor(crowd[limit].asked++ / crowd[limit].each)}`;
  const known = people.get(place) ?? newcomer();
  people.set(place, known);
  const { session, key: own } = await known;
  return audience === "device" ? session : own;
}

let asked = 0;
async function send({ method, path, contract, params = {}, query = {}, body }: Ask): Promise<Response> {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) =>
    inAddress(params[name] ?? ids[name] ?? "01890000-0000-7000-8000-000000000000"),
  );
  const search = Object.entries(query).map(([name, value]) => `${name}=${inAddress(String(value))}`);
  asked += 1;
  return fetch(`${server.url}${filled}?${search.join("&")}`, {
    method,
    headers: {
      authorization: `Bearer ${await tokenFor(contract)}`,
      // Each comes from an address of its own, so that no limit of addresses refuses what is to be tried.
      "x-forwarded-for": `10.${asked >> 16}.${(asked >> 8) & 255}.${asked & 255}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });

/** A route with the character in one place of a text, once for each place. */
function spoil({ method, path, contract }: Ask, character: string): Ask[] {
  const route = { method, path, contract };
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const query = contract.query && sampleOf(schemaOf(contract.query), character);
  const body = contract.body && contract.body !== "raw" ? sampleOf(schemaOf(contract.body), character) : undefined;
  const good = body && { body: body.full };
  return [
    ...names.map((name) => ({ ...route, ...good, params: { [name]: `${ids[name] ?? "name"}${character}` } })),
    ...(query?.spoiled ?? []).map((spoiled) => ({ ...route, ...good, query: spoiled as Record<string, unknown> })),
    ...(body?.spoiled ?? []).map((spoiled) => ({ ...route, body: spoiled })),
  ];
}

// What is away in this test, on purpose.
const away = ["sandbox_off", "database_unreachable", "provider_unreachable"];

const seen = new Map<number, number>();
/** What is wrong with the answer, or null. */
async function faultOf(ask: Ask): Promise<string | null> {
  // A password with the character in it is a wrong one, and must not lock the next one out.
  if (ask.contract.limit === "sensitive") await server.sql("DELETE FROM kernel.failed_attempts");
  const response = await send(ask);
  const text = await response.text().catch(() => null);
  seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
  if (text !== null && (response.status < 500 || away.some((code) => text.includes(`"${code}"`)))) return null;
  const { method, path, params, query, body } = ask;
  return `${method} ${path} ${JSON.stringify({ params, query, body })}: ${response.status} ${text ?? "broken off"}`;
}

/** The faults of all answers; several are asked at a time. */
async function faultsOf(asks: Ask[]): Promise<string[]> {
  const faults: string[] = [];
  const ask = async () => {
    for (let each = asks.pop(); each; each = asks.pop()) {
      const fault = await faultOf(each);
      if (fault !== null) faults.push(fault);
    }
  };
  await Promise.all([ask(), ask(), ask(), ask()]);
  return faults;
}

const characters = [
  ["NUL", "\u0000"],
  ["a lone surrogate", "\ud800"],
] as const;

describe.each(characters)("%s", { timeout: 240_000 }, (_, character) => {
  test("in any text of any route is refused or taken, and never an error of the server", async () => {
    seen.clear();
    const asks = server.running.routes.flatMap(({ method, url, config: { contract } }) =>
      contract && method !== "HEAD" ? spoil({ method, path: url, contract }, character) : [],
    );
    expect(asks.length).toBeGreaterThan(1000);
    expect(await faultsOf(asks)).toEqual([]);
    // Nothing was refused for another reason than its text, or ended the session or the workspace on the way.
    expect(seen.get(429)).toBeUndefined();
    const { workspaceId, conversationId } = ids;
    expect((await ann.fetch(`/api/workspaces/${workspaceId}/chat/conversations/${conversationId}`)).status).toBe(200);
    expect((await ann.fetch("/api/me")).status).toBe(200);
  });

  test("in any text of any tool's input is refused or taken, and never an error of the server", async () => {
    const route = server.running.routes.find(
      ({ url, method }) => method === "POST" && url.endsWith("/tools/:name/calls"),
    );
    const contract = route?.config.contract;
    if (!route || !contract) throw new Error("There is no route that calls tools.");
    const { items } = await ann.tools.listTools({ params: { workspaceId: ann.workspaceId } });
    expect(items.length).toBeGreaterThan(20);
    const asks = items.flatMap(({ name, inputSchema }) =>
      sampleOf(inputSchema, character).spoiled.map((input) => ({
        method: "POST",
        path: route.url,
        contract,
        params: { name },
        body: { input },
      })),
    );
    expect(await faultsOf(asks)).toEqual([]);
  });

  test("in what is said to a model, and in what it says, loses neither the answer nor its record", async () => {
    const text = `a${character}b`;
    const left = `a${storableText(character)}b`;
    const ask = (path: string, body: object) =>
      fetch(`${server.url}/v1/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: "openai/gpt-5-mini", ...body }),
      });
    const calls = async () => {
      const [row] = await server.sql<{ n: number }>(
        "SELECT count(*)::int AS n FROM kernel.model_calls WHERE workspace_id = $1 AND status = 'done'",
        [ann.workspaceId],
      );
      return row?.n ?? 0;
    };
    const before = await calls();
    for (const stream of [false, true]) {
      models.script({ text });
      const chat = await ask("chat/completions", { stream, messages: [{ role: "user", content: text }] });
      expect(chat.status).toBe(200);
      expect(await chat.text()).toContain(JSON.stringify(text).slice(1, -1));
      expect(models.requests.at(-1)?.body).toMatchObject({ messages: [{ content: text }] });

      models.script({ text });
      const response = await ask("responses", { stream, input: text });
      expect(response.status).toBe(200);
      const told = await response.text();
      expect(told).toContain(JSON.stringify(text).slice(1, -1));
      const [id] = /resp_[\w-]+/.exec(told) ?? [];
      const next = await ask("responses", { input: "Go on", previous_response_id: id });
      expect(next.status).toBe(200);
      // What was kept of it is what can be kept.
      expect(JSON.stringify(models.requests.at(-1)?.body)).toContain(JSON.stringify(left));
    }
    await expect.poll(calls).toBe(before + 6);
    const refused = await ask("chat/completions", { model: `openai/gpt${character}`, messages: [] });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { type: "invalid_request_error", param: "model" } });
  });

  test("in a chat's answer, or in the words of its failure, ends the answer as it would without", async () => {
    const { workspaceId = "", conversationId = "" } = ids;
    const answerTo = async (behaviour: Parameters<ModelServer["script"]>[0]) => {
      models.script(behaviour);
      const sent = await ann.chat.sendMessage({
        params: { workspaceId, conversationId },
        body: { text: "Hello", parentId: null },
      });
      const read = () => ann.chat.getMessage({ params: { workspaceId, conversationId, messageId: sent.answer.id } });
      await expect.poll(async () => (await read()).status).not.toBe("streaming");
      return read();
    };
    const well = await answerTo({ text: `a${character}b` });
    expect(well).toMatchObject({ status: "complete", text: `a${storableText(character)}b` });
    const failed = await answerTo({ fault: "400", message: `bad${character}` });
    expect(failed.status).toBe("failed");
    expect(failed.error?.includes(character)).toBe(false);
  });
});

test("bytes that are no UTF-8 in a body of JSON are refused with words", async () => {
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) {
    const body = Buffer.concat([Buffer.from('{"title":"a'), Buffer.from(bytes), Buffer.from('"}')]);
    const response = await ann.fetch(`/api/workspaces/${ids["workspaceId"]}/chat/conversations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: "The body is not valid UTF-8." } });
  }
});
