import { type ChatDelta, chatDelta } from "@mindmesh/contracts/chat";
import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let models: ModelServer;
let server: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  models = await startModelServer();
  server = await startTestServer({ environment: { OPENAI_COMPATIBLE_BASE_URL: models.baseUrls.compatible } });
  ann = await server.signUp("Ann");
});

afterAll(async () => {
  await server.close();
  await models.close();
});

async function begin(person = ann) {
  const conversation = await person.chat.createConversation({ params: { workspaceId: person.workspaceId }, body: {} });
  return { params: { workspaceId: person.workspaceId, conversationId: conversation.id }, id: conversation.id };
}

async function ask(text: string, place: Awaited<ReturnType<typeof begin>>, parentId: string | null = null) {
  return ann.chat.sendMessage({ params: place.params, body: { text, parentId } });
}

function ended(place: Awaited<ReturnType<typeof begin>>, messageId: string) {
  return eventually(async () => {
    const message = await ann.chat.getMessage({ params: { ...place.params, messageId } });
    expect(message.status).not.toBe("streaming");
    return message;
  });
}

test("an answer arrives, and names the conversation after the question", async () => {
  const place = await begin();
  const sent = await ask("What is a monoid?", place);
  expect(sent.answer.status).toBe("streaming");
  const answer = await ended(place, sent.answer.id);
  expect(answer).toMatchObject({ status: "complete", error: null });
  expect(answer.text).toContain("What is a monoid?");
  const read = await ann.chat.getConversation({ params: place.params });
  expect(read.conversation).toMatchObject({
    title: "What is a monoid?",
    streaming: false,
    currentMessageId: answer.id,
  });
  expect(read.messages.map((each) => each.role)).toEqual(["user", "assistant"]);
});

test("two devices see the same tokens; one that comes late catches up by snapshot and offset", async () => {
  const place = await begin();
  const sent = await ask("[[chunks=60 delay=10]] tell me much", place);
  const device = () => {
    let text = "";
    let joined = false;
    const early: ChatDelta[] = [];
    const apply = (delta: ChatDelta) => {
      if (delta.kind === "text" && delta.offset <= text.length && delta.offset + delta.text.length > text.length)
        text = text.slice(0, delta.offset) + delta.text;
    };
    ann.live().enter(ann.workspaceId, `conversation:${place.id}`, {
      onEnter: () => {
        void ann.chat.getMessage({ params: { ...place.params, messageId: sent.answer.id } }).then((message) => {
          if (message.text.length > text.length) text = message.text;
          joined = true;
          for (const delta of early) apply(delta);
          return undefined;
        });
      },
      onSignal: (type, payload) => {
        const delta = chatDelta.parse(payload);
        expect(type).toBe("chat.delta");
        // What arrives while the snapshot is on its way belongs after it.
        if (joined) apply(delta);
        else early.push(delta);
      },
    });
    return () => text;
  };
  const first = device();
  await eventually(() => expect(first().length).toBeGreaterThan(20));
  const second = device();
  const answer = await ended(place, sent.answer.id);
  await eventually(() => expect(first()).toBe(answer.text));
  await eventually(() => expect(second()).toBe(answer.text));
});

test("what a device has seen is stored: the chunks in the database hold every shown token", async () => {
  const place = await begin();
  const sent = await ask("[[chunks=30 delay=10]] go on", place);
  let missing = 0;
  let seen = 0;
  ann.live().enter(ann.workspaceId, `conversation:${place.id}`, {
    onSignal: (_, payload) => {
      const delta = chatDelta.parse(payload);
      seen += 1;
      void ann.chat.getMessage({ params: { ...place.params, messageId: sent.answer.id } }).then((message) => {
        if (message.text.slice(delta.offset, delta.offset + delta.text.length) !== delta.text) missing += 1;
        return undefined;
      });
    },
  });
  await ended(place, sent.answer.id);
  await eventually(() => expect(seen).toBeGreaterThan(3));
  expect(missing).toBe(0);
});

test("stopping keeps what has arrived, tells the provider at once, and can be continued", async () => {
  const place = await begin();
  const sent = await ask("[[chunks=200 delay=20]] a long story", place);
  const message = { params: { ...place.params, messageId: sent.answer.id } };
  await eventually(async () => expect((await ann.chat.getMessage(message)).text.length).toBeGreaterThan(10));
  await ann.chat.stopAnswer(message);
  const stopped = await ended(place, sent.answer.id);
  expect(stopped.status).toBe("stopped");
  await eventually(() => expect(models.requests.at(-1)?.aborted).toBe(true));
  const resumed = await ann.chat.continueAnswer({ ...message, body: {} });
  expect(resumed.status).toBe("streaming");
  await ann.chat.stopAnswer(message);
  const again = await ended(place, sent.answer.id);
  expect(again.text.startsWith(stopped.text)).toBe(true);
});

test("a stream that is cut is marked as interrupted, never as complete", async () => {
  const place = await begin();
  const sent = await ask("[[fault=cut after=5 chunks=50]] break", place);
  const answer = await ended(place, sent.answer.id);
  expect(answer.status).toBe("interrupted");
  expect(answer.text.length).toBeGreaterThan(0);
  expect(answer.error).toMatch(/\w/);
});

test("an edited question and a retried answer become branches that all stay", async () => {
  const place = await begin();
  const first = await ask("one", place);
  await ended(place, first.answer.id);
  const edited = await ask("one, edited", place);
  await ended(place, edited.answer.id);
  const retried = await ann.chat.retryAnswer({ params: { ...place.params, messageId: edited.answer.id }, body: {} });
  await ended(place, retried.id);
  const { messages, conversation } = await ann.chat.getConversation({ params: place.params });
  expect(messages.filter((each) => each.parentId === null)).toHaveLength(2);
  expect(messages.filter((each) => each.parentId === edited.question.id)).toHaveLength(2);
  expect(conversation.currentMessageId).toBe(retried.id);
});

test("sending the same message twice adds nothing", async () => {
  const place = await begin();
  const body = { text: "only once", parentId: null, messageId: crypto.randomUUID() };
  const [one, two] = await Promise.all([
    ann.chat.sendMessage({ params: place.params, body }),
    ann.chat.sendMessage({ params: place.params, body }),
  ]);
  expect(two.answer.id).toBe(one.answer.id);
  await ended(place, one.answer.id);
  expect((await ann.chat.getConversation({ params: place.params })).messages).toHaveLength(2);
});

test("a message of wrong form is refused with the field's name; NUL and half an emoji are refused", async () => {
  const place = await begin();
  for (const text of ["", "   ", "a\u0000b", "\uD83D"]) {
    await expect(ask(text, place)).rejects.toMatchObject({ status: 422, fields: { text: expect.any(String) } });
  }
  await expect(ask("hello", place, crypto.randomUUID())).rejects.toMatchObject({ status: 404 });
});

test("an answer whose server died is closed as interrupted with the part that had arrived", async () => {
  const place = await begin();
  const sent = await ask("[[chunks=20 delay=0]] quick", place);
  const done = await ended(place, sent.answer.id);
  // What a kill -9 in mid-answer leaves behind: a streaming row of a server that is no more, and its chunks.
  await server.sql(
    "UPDATE chat.messages SET status = 'streaming', text = '', server_id = gen_random_uuid() WHERE id = $1",
    [sent.answer.id],
  );
  await server.sql(
    "INSERT INTO chat.answer_chunks VALUES ($1, $2, 0, 'text', 'the first '), ($1, $2, 1, 'text', 'half')",
    [ann.workspaceId, sent.answer.id],
  );
  const closed = await ended(place, sent.answer.id);
  expect(done.status).toBe("complete");
  expect(closed).toMatchObject({
    status: "interrupted",
    text: "the first half",
    error: expect.stringMatching(/stopped/),
  });
});
