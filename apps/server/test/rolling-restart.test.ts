import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { createTestDatabase, eventually, skipUnless } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { type ServerProcess, signUpOn, startServerProcess } from "./server-process.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 150_000 });

skipUnless("redis")("two servers that are restarted in turn", () => {
  let models: ModelServer;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let folder: string;
  const servers: ServerProcess[] = [];
  let token: string;
  let workspaceId: string;

  const start = () =>
    startServerProcess({
      DATABASE_URL: database.url,
      REDIS_URL: inject("redisUrl") ?? "",
      DATA_DIR: folder,
      SECRET_KEY: "one key for both servers, long enough",
      OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible,
    });
  const chatOn = (server: ServerProcess | undefined) =>
    createClient(chatRoutes, { baseUrl: server?.url ?? "", token: () => token });
  const first = () => chatOn(servers[0]);
  const second = () => chatOn(servers[1]);

  beforeAll(async () => {
    models = await startModelServer();
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), "mindmesh-rolling-"));
    const one = await start();
    servers.push(one, await start());
    ({ token, workspaceId } = await signUpOn(one));
  });

  afterAll(async () => {
    for (const { child } of servers) child.kill("SIGKILL");
    await Promise.all(servers.map(({ ended }) => ended));
    await models?.close();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  test("SIGTERM lets a short answer end and marks a long one, and the other server has the same text of both", async () => {
    const ask = async (directives: string) => {
      const { id } = await first().createConversation({ params: { workspaceId }, body: {} });
      const params = { workspaceId, conversationId: id };
      const { answer } = await first().sendMessage({ params, body: { text: `[[${directives}]] go`, parentId: null } });
      return { params: { ...params, messageId: answer.id } };
    };
    const short = await ask("chunks=40 delay=50");
    const long = await ask("chunks=2000 delay=50");
    await eventually(async () => expect((await first().getMessage(long)).text.length).toBeGreaterThan(50));
    const begun = await first().getMessage(long);
    servers[0]?.child.kill("SIGTERM");
    expect(await servers[0]?.ended).toBe(0);

    expect(await second().getMessage(short)).toMatchObject({
      status: "complete",
      text: expect.stringContaining("word40"),
    });
    const cut = await second().getMessage(long);
    expect(cut.status).toBe("interrupted");
    expect(cut.text.startsWith(begun.text)).toBe(true);
    expect(cut.text.length).toBeGreaterThan(begun.text.length);
    servers[0] = await start();
    expect((await first().getMessage(long)).text).toBe(cut.text);
  });

  test("what was acknowledged while one was restarted and the other killed is all there", async () => {
    const acknowledged: string[] = [];
    const end = new AbortController();
    const writing = (async () => {
      for (let n = 0; !end.signal.aborted; n += 1) {
        // A balancer: whichever answers. What was not acknowledged is tried again elsewhere.
        const body = { title: `Talk ${n}` };
        const made = await (n % 2 === 0 ? first() : second())
          .createConversation({ params: { workspaceId }, body })
          .catch(() => null);
        if (made) acknowledged.push(made.id);
        else await wait(20);
      }
    })();
    for (const [index, signal] of [
      [1, "SIGTERM"],
      [0, "SIGKILL"],
    ] as const) {
      const before = acknowledged.length;
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 3));
      servers[index]?.child.kill(signal);
      await servers[index]?.ended;
      // The other one goes on serving meanwhile.
      const alone = acknowledged.length;
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(alone + 3));
      if (signal === "SIGTERM") servers[index] = await start();
    }
    end.abort();
    await writing;
    const found = await Promise.all(
      acknowledged.map(async (id) => {
        const read = await second().getConversation({ params: { workspaceId, conversationId: id } });
        return read.conversation.id;
      }),
    );
    expect(found).toEqual(acknowledged);
  });
});
