import { type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "../../src/db/index.ts";
import type { Caller } from "../../src/http/index.ts";
import { withdrawn } from "../../src/identity/index.ts";
import { type SignedUp, join, signUp } from "./browser.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A live connection of a person, as a server that missed every message about them would hold it. */
async function connectionOf(person: SignedUp, workspaceId: string) {
  const [session] = await server.sql<{ id: string }>("SELECT id FROM kernel.sessions WHERE person_id = $1", [
    person.personId,
  ]);
  const caller: Caller = {
    personId: person.personId,
    name: person.name,
    email: person.email,
    isInstanceOwner: false,
    via: { kind: "session", sessionId: session?.id ?? "" },
    scopes: new Set(["read"]),
  };
  return { name: person.name, caller, workspaceIds: [workspaceId] };
}

it("finds the live connections that have lost their right, and leaves the others", async () => {
  const host = await signUp(server.url, "Host");
  const [stays, signedOut, removed, locked] = await Promise.all(
    ["Stays", "Signed out", "Removed", "Locked"].map((name) => signUp(server.url, name)),
  );
  if (!stays || !signedOut || !removed || !locked) throw new Error("sign-up failed");
  const connections = [];
  for (const guest of [stays, signedOut, removed, locked]) {
    await join(host, guest, "member");
    connections.push(await connectionOf(guest, host.workspaceId));
  }
  const db = openDatabase({ url: server.databaseUrl });
  expect(await withdrawn(db, connections)).toEqual([]);
  await signedOut.browser.post("/api/auth/sign-out");
  await host.browser.delete(`/api/workspaces/${host.workspaceId}/members/${removed.personId}`);
  await host.browser.post(`/api/instance/people/${locked.personId}/disable`);
  expect((await withdrawn(db, connections)).map(({ name }) => name)).toEqual(["Signed out", "Removed", "Locked"]);
  await db.close();
});
