import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createTestDatabase, eventually } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ServerProcess, signUpOn, startServerProcess } from "./server-process.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 150_000 });

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: string;
let api: ServerProcess;
let worker: ServerProcess | undefined;
let token: string;
let workspaceId: string;

const start = (role: "api" | "worker") =>
  startServerProcess({
    ROLE: role,
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    SECRET_KEY: "one key for both servers, long enough",
  });

const ask = (server: ServerProcess, path: string, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });

/** Stores a text on a server: its words are read by a job. */
async function upload(server: ServerProcess, name: string): Promise<Response> {
  return ask(server, `/api/workspaces/${workspaceId}/files?name=${name}`, { method: "POST", body: "Some words.\n" });
}

/** Of every job of the workspace, from the oldest on, as people see them on the API's server. */
async function states(): Promise<string[]> {
  const response = await ask(api, `/api/workspaces/${workspaceId}/jobs`);
  const { items } = (await response.json()) as { items: { state: string }[] };
  return items.map(({ state }) => state).toReversed();
}

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "mindmesh-roles-"));
  api = await start("api");
  ({ token, workspaceId } = await signUpOn(api));
});

afterAll(async () => {
  for (const server of [api, worker]) {
    server?.child.kill("SIGTERM");
    await server?.ended;
  }
  await database?.drop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("a server with ROLE=api accepts jobs and works none; one with ROLE=worker works those and what comes later", async () => {
  expect((await upload(api, "first.txt")).status).toBe(201);
  await wait(500); // a server that works takes a job within milliseconds
  expect(await states()).toEqual(["waiting"]);
  worker = await start("worker");
  await eventually(async () => expect(await states()).toEqual(["done"]));
  expect((await upload(api, "second.txt")).status).toBe(201);
  await eventually(async () => expect(await states()).toEqual(["done", "done"]));
});

test("a worker answers whoever watches over it, and refuses people, programs and sockets, also those who are signed in", async () => {
  worker ??= await start("worker");
  const server = worker;
  const statuses = async (of: ServerProcess, paths: string[]) =>
    Promise.all(paths.map(async (path) => (await ask(of, path)).status));
  expect(await statuses(server, ["/health", "/ready", "/metrics"])).toEqual([200, 200, 200]);
  expect(await statuses(server, ["/", "/any/page", "/api/me", "/api/openapi.json", "/v1/models", "/mcp"])).toEqual(
    Array.from({ length: 6 }, () => 404),
  );
  const refused = await upload(server, "third.txt");
  expect(refused.status).toBe(404);
  expect(await refused.text()).toContain("ROLE=worker");

  const socket = "/socket.io/?EIO=4&transport=polling";
  expect(await statuses(server, [socket])).toEqual([403]);
  expect(await statuses(api, ["/health", "/ready", "/metrics", "/api/me", socket])).toEqual([200, 200, 200, 200, 200]);
});
