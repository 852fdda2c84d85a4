import { usualToolLimits } from "@mindmesh/contracts/tools";
import { eventually } from "@mindmesh/test-support";
import { expect, test } from "vitest";
import { theServer } from "../../src/audit/index.ts";
import { tellAdmins, listToolApprovals } from "../../src/tools/admin-approvals.ts";
import { listWorkspaceToolCalls } from "../../src/tools/workspace-calls.ts";
import { openToolsUnderTest, toolThat } from "./tools-under-test.ts";

const ask = { name: "test.say", input: { text: "pay 100" }, origin: "api" } as const;

/** A workspace whose rule is that an admin approves critical calls, with a member who asks. */
async function openRuled() {
  const ran: string[] = [];
  const under = await openToolsUnderTest([
    toolThat((text) => (ran.push(text), { said: text }), { risk: "critical" }),
    toolThat((text) => ({ said: text }), { name: "test.read", risk: "read", scope: "read", right: "workspace.read" }),
  ]);
  const { tools, caller: owner, db } = under;
  const rule = (criticalApproval: "person" | "admin") =>
    tools.settings.change(owner, theServer, { criticalApproval, limits: usualToolLimits });
  await rule("admin");
  const member = await under.addMember("member");
  const askFor = async (caller = member) => (await tools.call({ ...ask, caller })).call;
  const unread = async (personId: string) =>
    (await db.pool.query("SELECT 1 FROM kernel.notifications WHERE person_id = $1 AND read_at IS NULL", [personId]))
      .rowCount;
  const use = (callId: string, caller = member) => tools.call({ ...ask, caller, approvalId: callId });
  return { ...under, owner, member, ran, rule, askFor, unread, use };
}

test("with the rule a member's yes passes the call on to the admins, who see exactly its arguments and let it run", async () => {
  const { tools, db, owner, member, ran, askFor, unread, use } = await openRuled();
  const call = await askFor();
  expect(await listToolApprovals(db, owner)).toEqual([]);
  await expect(tools.approve(owner, call.id, call.argumentsHash)).rejects.toMatchObject({ code: "not_found" });
  const passed = await tools.approve(member, call.id, call.argumentsHash);
  expect(passed).toMatchObject({ state: "waiting", needsAdmin: true });
  await expect(use(call.id)).rejects.toMatchObject({ code: "approval_void" });
  await expect(tools.approve(member, call.id, call.argumentsHash)).rejects.toMatchObject({
    message: "You have approved this call. An admin must approve it too.",
  });
  expect(await listToolApprovals(db, owner)).toMatchObject([
    { call: { id: call.id, arguments: { text: "pay 100" } }, person: { id: member.personId, name: "Ann" } },
  ]);
  expect(await unread(owner.personId)).toBe(1);
  await expect(tools.approve(owner, call.id, "0".repeat(64))).rejects.toMatchObject({ code: "approval_void" });
  expect(await tools.approve(owner, call.id, call.argumentsHash)).toMatchObject({ state: "approved" });
  expect(await unread(owner.personId)).toBe(0);
  expect(await listToolApprovals(db, owner)).toEqual([]);
  expect(await use(call.id)).toMatchObject({ state: "done" });
  expect(ran).toEqual(["pay 100"]);
  const audited = await db.pool.query<{ action: string; actor_id: string }>(
    "SELECT action, actor_id FROM kernel.audit_log WHERE action LIKE 'tool.%' ORDER BY id",
  );
  expect(audited.rows).toEqual([
    { action: "tool.approval_asked", actor_id: member.personId },
    { action: "tool.passed_to_admin", actor_id: member.personId },
    { action: "tool.approved", actor_id: owner.personId },
  ]);
});

test("an admin's own call needs only their own yes; another member, also a developer, is no admin", async () => {
  const { tools, owner, addMember, member, askFor, use } = await openRuled();
  const own = await askFor(owner);
  await tools.approve(owner, own.id, own.argumentsHash);
  expect(await use(own.id, owner)).toMatchObject({ state: "done" });
  const call = await askFor();
  await tools.approve(member, call.id, call.argumentsHash);
  const developer = await addMember("developer");
  await expect(tools.approve(developer, call.id, call.argumentsHash)).rejects.toMatchObject({ code: "not_found" });
  await expect(tools.refuse(developer, call.id)).rejects.toMatchObject({ code: "not_found" });
});

test("an admin can refuse, and the person can take the call back before the admin decides", async () => {
  const { tools, db, owner, member, ran, askFor, unread, use } = await openRuled();
  const refused = await askFor();
  await tools.approve(member, refused.id, refused.argumentsHash);
  await tools.refuse(owner, refused.id);
  await expect(use(refused.id)).rejects.toMatchObject({ message: "The call was refused." });
  const taken = await askFor();
  await tools.approve(member, taken.id, taken.argumentsHash);
  await tools.cancel(member, taken.id);
  await expect(tools.approve(owner, taken.id, taken.argumentsHash)).rejects.toMatchObject({ code: "approval_void" });
  // The bell of the admin is settled by the sweep where the one who decided did not.
  await eventually(async () => expect(await unread(owner.personId)).toBe(0));
  expect(await listToolApprovals(db, owner)).toEqual([]);
  expect(ran).toEqual([]);
});

test("two admins who approve at once let it run once", async () => {
  const { tools, another, addMember, owner, member, ran, askFor, use } = await openRuled();
  const elsewhere = await another();
  const admin = await addMember("admin");
  const call = await askFor();
  await tools.approve(member, call.id, call.argumentsHash);
  const both = await Promise.allSettled([
    tools.approve(owner, call.id, call.argumentsHash),
    elsewhere.tools.approve(admin, call.id, call.argumentsHash),
  ]);
  expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await use(call.id);
  await expect(use(call.id)).rejects.toMatchObject({ code: "approval_void" });
  expect(ran).toHaveLength(1);
});

test("when the admin who approved is no longer one, or the person has lost the right, it does not run", async () => {
  const { tools, addMember, setRole, member, ran, askFor, use } = await openRuled();
  const admin = await addMember("admin");
  const first = await askFor();
  await tools.approve(member, first.id, first.argumentsHash);
  await tools.approve(admin, first.id, first.argumentsHash);
  await setRole(admin, "member");
  await expect(use(first.id)).rejects.toMatchObject({ message: expect.stringMatching(/no longer an admin/) });
  await setRole(admin, "admin");
  await expect(use(first.id)).rejects.toMatchObject({ code: "approval_void" });

  const second = await askFor();
  await tools.approve(member, second.id, second.argumentsHash);
  await setRole(member, "viewer");
  await expect(tools.approve(admin, second.id, second.argumentsHash)).rejects.toMatchObject({ code: "not_allowed" });
  expect(ran).toEqual([]);
});

test("a rule that comes between asking and running holds for what was approved before it", async () => {
  const { tools, owner, member, ran, rule, askFor, use } = await openRuled();
  await rule("person");
  const approved = await askFor();
  await tools.approve(member, approved.id, approved.argumentsHash);
  const asked = await askFor();
  await rule("admin");
  await expect(use(approved.id)).rejects.toMatchObject({
    message: expect.stringMatching(/an admin’s approval here now/),
  });
  expect(await tools.approve(member, asked.id, asked.argumentsHash)).toMatchObject({ state: "waiting" });
  await tools.approve(owner, asked.id, asked.argumentsHash);
  await use(asked.id);
  expect(ran).toHaveLength(1);
});

test("row-level security shows admins what waits for them and nothing else of others", async () => {
  const { tools, db, owner, member, askFor } = await openRuled();
  await tools.call({ caller: member, name: "test.read", input: { text: "private" }, origin: "api" });
  const call = await askFor();
  const seenBy = async ({ workspaceId, personId: userId }: typeof owner) =>
    db.withWorkspace({ workspaceId, userId }, async (tx) => {
      const { rows } = await tx.client.query<{ id: string }>("SELECT id FROM kernel.tool_calls");
      return rows.map(({ id }) => id);
    });
  expect(await seenBy(owner)).toEqual([]);
  await tools.approve(member, call.id, call.argumentsHash);
  expect(await seenBy(owner)).toEqual([call.id]);
});

test("admins are told once, also when the server that should have told them died", async () => {
  const { db, owner, member, unread, askFor } = await openRuled();
  const call = await askFor();
  await db.pool.query("UPDATE kernel.tool_calls SET person_approved_at = now() WHERE id = $1", [call.id]);
  await Promise.all([tellAdmins(db), tellAdmins(db)]);
  await tellAdmins(db);
  expect(await unread(owner.personId)).toBe(1);
  expect(await unread(member.personId)).toBe(1);
});

test("a tool that an admin has switched off is not offered, cannot be called on any server, and does not run on an old approval", async () => {
  const { tools, another, owner, member, addMember, ran, askFor, use } = await openRuled();
  const elsewhere = await another();
  const call = await askFor(owner);
  await tools.approve(owner, call.id, call.argumentsHash);
  expect((await elsewhere.tools.list(member)).map(({ name }) => name)).toEqual(["test.read", "test.say"]);
  await expect(tools.settings.switchTool(member, theServer, "test.say", false)).rejects.toMatchObject({
    code: "not_allowed",
  });
  await tools.settings.switchTool(await addMember("admin"), theServer, "test.say", false);
  await eventually(async () =>
    expect((await elsewhere.tools.list(member)).map(({ name }) => name)).toEqual(["test.read"]),
  );
  expect((await elsewhere.tools.list(owner, true)).map(({ name, enabled }) => [name, enabled])).toEqual([
    ["test.read", true],
    ["test.say", false],
  ]);
  await expect(elsewhere.tools.call({ ...ask, caller: member })).rejects.toMatchObject({
    message: "An admin has switched off the tool Say here.",
  });
  await expect(use(call.id, owner)).rejects.toMatchObject({ code: "not_allowed" });
  await tools.settings.switchTool(owner, theServer, "test.say", true);
  await expect(use(call.id, owner)).rejects.toMatchObject({ code: "approval_void" });
  expect(ran).toEqual([]);
});

test("admins see everybody's calls without what they were about; members do not", async () => {
  const { tools, db, owner, member } = await openRuled();
  for (const text of ["secret one", "secret two", "secret three"]) {
    await tools.call({ caller: member, name: "test.read", input: { text }, origin: "api" });
  }
  const first = await listWorkspaceToolCalls(db, owner, { limit: 2 });
  expect(first.items).toHaveLength(2);
  expect(first.items[0]).toMatchObject({ tool: "test.read", state: "done", person: { id: member.personId } });
  expect(JSON.stringify(first)).not.toContain("secret");
  const rest = await listWorkspaceToolCalls(db, owner, { limit: 2, cursor: first.nextCursor ?? "" });
  expect(rest).toMatchObject({ items: [{ tool: "test.read" }], nextCursor: null });
  await expect(listWorkspaceToolCalls(db, member, { limit: 2 })).rejects.toMatchObject({ code: "not_allowed" });
  await expect(listWorkspaceToolCalls(db, owner, { limit: 2, cursor: "x" })).rejects.toMatchObject({
    code: "invalid_fields",
  });
});
