import type { Role } from "@mindmesh/contracts/permissions";
import type { Scope } from "@mindmesh/contracts/route";
import { createTestDatabase } from "@mindmesh/test-support";
import { v7 as newId } from "uuid";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { type Database, openDatabase } from "../../src/db/index.ts";
import type { MemberCaller } from "../../src/http/index.ts";
import { openNotifications } from "../../src/realtime/index.ts";
import { type Tool, type Tools, defineTool, openTools } from "../../src/tools/index.ts";

export interface ToolsUnderTest {
  db: Database;
  url: string;
  tools: Tools;
  serverId: string;
  caller: MemberCaller;
  /** Faults that the server would log. */
  errors: unknown[];
  /** Another server on the same database. */
  another(): Promise<{ tools: Tools; serverId: string }>;
  addMember(role: Role, scopes?: Scope[]): Promise<MemberCaller>;
  setRole(caller: MemberCaller, role: Role): Promise<void>;
}

/** The registry of one server with these tools, and the owner of a workspace; all gone when the test ends. */
export async function openToolsUnderTest(
  definitions: readonly Tool[],
  settings: { waitMinutes?: number } = {},
): Promise<ToolsUnderTest> {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const db = openDatabase({ url });
  onTestFinished(() => db.close());
  const errors: unknown[] = [];
  async function server() {
    const serverId = newId();
    await db.pool.query("INSERT INTO kernel.servers (id, role, host, pid) VALUES ($1, 'all', 'test', 1)", [serverId]);
    const notifications = await openNotifications(url, (error) => errors.push(error));
    onTestFinished(() => notifications.close());
    const onError = (error: unknown) => void errors.push(error);
    const tools = openTools({ db, notifications, serverId, onError, ...settings });
    onTestFinished(() => tools.close());
    tools.add(definitions);
    return { tools, serverId };
  }
  const workspaceId = newId();
  await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Test')", [workspaceId]);
  async function addMember(role: Role, scopes: Scope[] = ["read", "write", "admin"]): Promise<MemberCaller> {
    const personId = newId();
    const email = `${personId}@example.org`;
    await db.pool.query("INSERT INTO kernel.people (id, email, name) VALUES ($1, $2, 'Ann')", [personId, email]);
    await db.pool.query("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3)", [
      workspaceId,
      personId,
      role,
    ]);
    return {
      personId,
      workspaceId,
      role,
      email,
      name: "Ann",
      isInstanceOwner: false,
      via: { kind: "session", sessionId: newId() },
      scopes: new Set(scopes),
    };
  }
  return {
    db,
    url,
    errors,
    ...(await server()),
    caller: await addMember("owner"),
    another: server,
    addMember,
    async setRole({ personId }, role) {
      await db.pool.query("UPDATE kernel.members SET role = $1 WHERE person_id = $2", [role, personId]);
    },
  };
}

type Settings = Partial<Pick<Tool, "name" | "risk" | "right" | "scope" | "timeLimitMs" | "idempotent">>;

/** A tool that takes a text and does `work` with it. */
export function toolThat(
  work: (text: string, signal: AbortSignal) => unknown,
  settings: Settings = {},
  output: z.ZodObject = z.object({ said: z.string() }),
): Tool {
  return defineTool({
    name: "test.say",
    title: "Say",
    purpose: "Says a text.",
    input: z.object({ text: z.string().max(1000) }),
    output,
    right: "content.write",
    scope: "write",
    risk: "write",
    idempotent: true,
    timeLimitMs: 5000,
    ...settings,
    run: async ({ text }, { signal }) => (await work(text, signal)) as Record<string, unknown>,
  });
}

/** A tool that gives its text back. */
export const sayingTool = (settings: Settings = {}) => toolThat((text) => ({ said: text }), settings);
