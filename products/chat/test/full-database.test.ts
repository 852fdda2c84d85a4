import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chatDelta } from "@mindmesh/contracts/chat";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import {
  type SmallDisk,
  type TestPerson,
  type TestServer,
  eventually,
  mountSmallDisk,
  startTestPostgres,
  startTestServer,
} from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

describe.skipIf(process.getuid?.() !== 0)("a database whose disk is full", () => {
  let folder: string;
  let disk: SmallDisk;
  let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
  let models: ModelServer;
  let server: TestServer;
  let ann: TestPerson;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mindmesh-full-database-"));
    disk = await mountSmallDisk(path.join(folder, "disk"), 256 * 2 ** 20);
    postgres = await startTestPostgres(path.join(folder, "disk"), null);
    models = await startModelServer();
    server = await startTestServer({
      databaseUrl: postgres.url,
      alone: true,
      environment: { OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible },
    });
    ann = await server.signUp("Ann");
  });
  afterAll(async () => {
    await server.close();
    await models.close();
    await postgres.stop();
    disk.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function begin() {
    const { id } = await ann.chat.createConversation({ params: { workspaceId: ann.workspaceId }, body: {} });
    return { workspaceId: ann.workspaceId, conversationId: id };
  }

  /** Takes the last room for data. What PostgreSQL needs to write its log first goes into a segment that it has. */
  async function fill() {
    await server.sql("SELECT pg_switch_wal()");
    await server.sql("CHECKPOINT"); // writes into the new segment, and so makes it
    await disk.fill();
  }

  const long = (start: string) => `[[text="Well."]] ${start} ${randomBytes(15_000).toString("base64")}`;

  test("refuses a message with 507 and words; what was taken is there, and room makes it work again", async () => {
    const params = await begin();
    await fill();
    const taken: string[] = [];
    let refused: { status: number; body: unknown } | null = null;
    let lost = "";
    while (refused === null && taken.length < 100) {
      lost = long(`Message ${taken.length}`);
      const { workspaceId, conversationId } = params;
      const answer = await ann.fetch(`/api/workspaces/${workspaceId}/chat/conversations/${conversationId}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: lost, parentId: null }),
      });
      if (answer.ok) taken.push(lost);
      else refused = { status: answer.status, body: await answer.json() };
    }
    expect(refused).toMatchObject({
      status: 507,
      body: { error: { code: "storage_full", message: expect.stringMatching(/disk is full/) } },
    });
    const stored = async () => {
      const rows = await server.sql<{ text: string }>(
        "SELECT text FROM chat.messages WHERE conversation_id = $1 AND role = 'user' ORDER BY created_at",
        [params.conversationId],
      );
      return rows.map(({ text }) => text);
    };
    expect(await stored()).toEqual(taken);
    expect((await ann.chat.getConversation({ params })).conversation.id).toBe(params.conversationId);

    await disk.empty();
    await ann.chat.sendMessage({ params, body: { text: lost, parentId: null } });
    expect(await stored()).toEqual([...taken, lost]);
    await eventually(async () => {
      expect((await ann.chat.getConversation({ params })).conversation.streaming).toBe(false);
    });
  });

  test("ends an answer that it cannot store as interrupted, with all that was shown of it", async () => {
    const params = await begin();
    let shown = "";
    ann.live().enter(ann.workspaceId, `conversation:${params.conversationId}`, {
      onSignal: (_, payload) => {
        const delta = chatDelta.parse(payload);
        shown = shown.slice(0, delta.offset) + delta.text;
      },
    });
    const words = Array.from({ length: 900 }, () => randomBytes(300).toString("base64")).join(" ");
    const text = `[[chunks=900 delay=5 text="${words}"]]`;
    const sent = await ann.chat.sendMessage({ params, body: { text, parentId: null } });
    const message = { params: { ...params, messageId: sent.answer.id } };
    await expect.poll(() => shown.length).toBeGreaterThan(10_000);
    await fill();
    // The provider is hung up on; the disk that is full takes no end either.
    await expect.poll(() => models.requests.at(-1)?.aborted).toBe(true);
    expect((await ann.chat.getMessage(message)).status).not.toBe("complete");

    await disk.empty();
    const answer = await eventually(async () => {
      const read = await ann.chat.getMessage(message);
      expect(read.status).not.toBe("streaming");
      return read;
    });
    expect(answer).toMatchObject({ status: "interrupted", error: expect.stringMatching(/could not store.*disk/) });
    expect(answer.text).toBe(shown);
    expect(words.startsWith(answer.text)).toBe(true);
    const again = await ann.chat.continueAnswer({ ...message, body: {} });
    expect(again.status).toBe("streaming");
    await ann.chat.stopAnswer(message);
  });
});
