import { chatDelta } from "@mindmesh/contracts/chat";
import type { LoggedEvent, PresentPerson } from "@mindmesh/contracts/realtime";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, eventually, skipUnless, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

skipUnless("redis")("two servers on one PostgreSQL and one Redis", () => {
  let models: ModelServer;
  let first: TestServer;
  let second: TestServer;
  let ann: TestPerson;
  /** Ann's other device, which the balancer has sent to the second server. */
  let other: TestPerson;

  beforeAll(async () => {
    models = await startModelServer();
    const environment = {
      REDIS_URL: inject("redisUrl") ?? "",
      OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible,
    };
    first = await startTestServer({ environment, alone: false });
    second = await startTestServer({ environment, databaseUrl: first.databaseUrl });
    ann = await first.signUp("Ann");
    other = second.as(ann);
  });

  afterAll(async () => {
    await second.close();
    await first.close();
    await models.close();
  });

  const params = () => ({ workspaceId: ann.workspaceId });

  test("what one server makes, a device on the other hears and reads at once", async () => {
    const events: LoggedEvent[] = [];
    other.live({ onEvent: (event) => events.push(event) });
    const made = await ann.chat.createConversation({ params: params(), body: { title: "Made on the first" } });
    await eventually(() => expect(JSON.stringify(events)).toContain(made.id));
    const read = await other.chat.getConversation({ params: { ...params(), conversationId: made.id } });
    expect(read.conversation.title).toBe("Made on the first");
  });

  test("tokens that arrive at one server are seen live through the other, which can also stop them", async () => {
    const { id } = await ann.chat.createConversation({ params: params(), body: {} });
    const place = { ...params(), conversationId: id };
    let text = "";
    let inside = false;
    other.live().enter(ann.workspaceId, `conversation:${id}`, {
      onEnter: () => (inside = true),
      onSignal: (_, payload) => (text += chatDelta.parse(payload).text),
    });
    await eventually(() => expect(inside).toBe(true));
    const { answer } = await ann.chat.sendMessage({
      params: place,
      body: { text: "[[chunks=500 delay=20]] go", parentId: null },
    });
    await eventually(() => expect(text.length).toBeGreaterThan(20));
    await other.chat.stopAnswer({ params: { ...place, messageId: answer.id } });
    const stopped = await eventually(async () => {
      const message = await ann.chat.getMessage({ params: { ...place, messageId: answer.id } });
      expect(message.status).toBe("stopped");
      return message;
    });
    await eventually(() => expect(text).toBe(stopped.text));
  });

  test("presence counts the devices of both, and no longer who has left or lost the connection", async () => {
    const { id } = await ann.chat.createConversation({ params: params(), body: {} });
    const room = `conversation:${id}`;
    const deaf = { onSignal: () => undefined };
    let people: PresentPerson[] = [];
    ann.live().enter(ann.workspaceId, room, { ...deaf, onPresence: (present) => (people = present) });
    const devices = (count: number) =>
      eventually(() => expect(people).toEqual([{ id: ann.personId, name: "Ann", connections: count }]));
    await devices(1);
    const live = other.live();
    const leave = live.enter(ann.workspaceId, room, deaf);
    await devices(2);
    leave();
    await devices(1);
    live.enter(ann.workspaceId, room, deaf);
    await devices(2);
    live.close();
    await devices(1);
  });

  test("limits count the requests to both together", async () => {
    const remaining = async (person: TestPerson) =>
      Number((await person.fetch("/api/me")).headers.get("ratelimit-remaining"));
    const before = await remaining(ann);
    expect(await remaining(other)).toBe(before - 1);
    expect(await remaining(ann)).toBe(before - 2);
  });

  test("a session that is ended on one is refused by the other", async () => {
    const bob = await first.signUp("Bob");
    const elsewhere = second.as(bob);
    expect((await elsewhere.fetch("/api/me")).status).toBe(200);
    expect((await bob.fetch("/api/auth/sign-out", { method: "POST" })).status).toBe(204);
    expect((await elsewhere.fetch("/api/me")).status).toBe(401);
  });
});
