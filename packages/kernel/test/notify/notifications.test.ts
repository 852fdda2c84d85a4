import { createClient } from "@mindmesh/client";
import { type Notification, notificationRoutes } from "@mindmesh/contracts/notifications";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let ann: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  ann = await server.signUp("Ann");
});
afterAll(() => server.close());

const api = (person: TestPerson) =>
  createClient(notificationRoutes, { baseUrl: server.url, token: () => person.accessToken });
const list = () => api(ann).listNotifications({ params: { workspaceId: ann.workspaceId } });
const call = (name: string, input: Record<string, unknown> = {}) =>
  ann.tools.callTool({ params: { workspaceId: ann.workspaceId, name }, body: { input } });

test("a note reaches the devices that are open, and waits for the others until it is read", async () => {
  const arrived: Notification[] = [];
  ann.live({
    onEvent: ({ type, payload }) => {
      if (type === "notification.added") arrived.push((payload as { notification: Notification }).notification);
    },
  });
  await call("notifications.send", { title: "The report is ready", body: "Three pages." });
  await eventually(() => expect(arrived).toMatchObject([{ kind: "note", title: "The report is ready" }]));
  expect(await list()).toMatchObject({ unread: 1, items: [{ body: "Three pages.", readAt: null }] });
  expect((await call("notifications.list")).output).toMatchObject({ unread: 1 });
  await api(ann).readNotifications({ params: { workspaceId: ann.workspaceId }, body: { ids: [arrived[0]?.id ?? ""] } });
  expect(await list()).toMatchObject({ unread: 0, items: [{ readAt: expect.any(String) }] });
});

test("nobody else sees them, not even in the same workspace", async () => {
  const bob = await server.signUp("Bob");
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'admin')", [
    ann.workspaceId,
    bob.personId,
  ]);
  await call("notifications.send", { title: "For Ann only" });
  const ofBob = await api(bob).listNotifications({ params: { workspaceId: ann.workspaceId } });
  expect(ofBob).toEqual({ items: [], nextCursor: null, unread: 0 });
  await api(bob).readNotifications({ params: { workspaceId: ann.workspaceId }, body: {} });
  expect((await list()).unread).toBe(1);
  await call("notifications.markRead");
  expect((await list()).unread).toBe(0);
});

test("a call that waits for approval is notified of, and no longer new once it is decided", async () => {
  const { call: waiting } = await call("chat.emptyTrash");
  expect(await list()).toMatchObject({
    unread: 1,
    items: [{ kind: "approval", title: "“Empty the trash” waits for your approval", target: "tool-calls" }, {}, {}],
  });
  await ann.tools.refuseToolCall({ params: { workspaceId: ann.workspaceId, callId: waiting.id } });
  expect((await list()).unread).toBe(0);
});
