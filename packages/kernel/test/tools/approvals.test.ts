import { eventually } from "@mindmesh/test-support";
import { expect, test } from "vitest";
import { z } from "zod";
import { pruneToolCalls } from "../../src/tools/tool-jobs.ts";
import type { Tool } from "../../src/tools/index.ts";
import { type ToolsUnderTest, openToolsUnderTest, toolThat } from "./tools-under-test.ts";

const ask = { name: "test.say", input: { text: "delete it" }, origin: "api" } as const;

/** A critical tool that counts how often it ran. */
async function openCritical(settings: { waitMinutes?: number } = {}) {
  const ran: string[] = [];
  const tool = toolThat((text) => (ran.push(text), { said: text }), { risk: "critical" });
  return { ...(await openToolsUnderTest([tool], settings)), ran };
}

async function askFor({ tools, caller }: Pick<ToolsUnderTest, "tools" | "caller">) {
  const outcome = await tools.call({ ...ask, caller });
  expect(outcome.state).toBe("waiting");
  return outcome.call;
}

/** Begins a call that waits here for its approval, as Chat does. */
async function askAndWait({ tools, caller, db }: ToolsUnderTest, signal?: AbortSignal) {
  const done = tools.call({ ...ask, caller, onWaiting: () => undefined, ...(signal && { signal }) });
  done.catch(() => undefined);
  const id = await eventually(async () => {
    const { rows } = await db.pool.query<{ id: string; arguments_hash: string }>(
      "SELECT id, arguments_hash FROM kernel.tool_calls WHERE state = 'waiting'",
    );
    expect(rows).toHaveLength(1);
    return rows[0] ?? { id: "", arguments_hash: "" };
  });
  return { done, ...id };
}

const stateOf = async ({ db }: ToolsUnderTest, id: string) =>
  (await db.pool.query<{ state: string }>("SELECT state FROM kernel.tool_calls WHERE id = $1", [id])).rows[0]?.state;

test("a critical call waits, is told to the person alone, and runs once it is approved", async () => {
  const under = await openCritical();
  const { tools, caller, db, ran } = under;
  const waiting = await askFor(under);
  expect(ran).toEqual([]);
  await expect(tools.call({ ...ask, caller, approvalId: waiting.id })).rejects.toMatchObject({
    code: "approval_void",
    message: "The call has not been approved yet.",
  });
  await tools.approve(caller, waiting.id, waiting.argumentsHash);
  expect(await tools.call({ ...ask, caller, approvalId: waiting.id })).toMatchObject({ output: { said: "delete it" } });
  expect(ran).toEqual(["delete it"]);
  const events = await db.pool.query<{ state: string; audience_person_id: string }>(
    "SELECT payload->'call'->>'state' AS state, audience_person_id FROM kernel.events WHERE type = 'tools.call.changed' ORDER BY seq",
  );
  expect(events.rows.map(({ state }) => state)).toEqual(["waiting", "approved", "running", "done"]);
  expect(new Set(events.rows.map((row) => row.audience_person_id))).toEqual(new Set([caller.personId]));
  const audited = await db.pool.query<{ action: string }>("SELECT action FROM kernel.audit_log ORDER BY id");
  expect(audited.rows.map(({ action }) => action)).toEqual(["tool.approval_asked", "tool.approved"]);
});

test("who waits for the approval gets the result as soon as somebody approves on another server", async () => {
  const under = await openCritical();
  const elsewhere = await under.another();
  const { done, id, arguments_hash } = await askAndWait(under);
  await elsewhere.tools.approve(under.caller, id, arguments_hash);
  expect(await done).toMatchObject({ state: "done", output: { said: "delete it" } });
  expect(under.ran).toHaveLength(1);
});

test("an approval is good for the approved arguments, tool and person only", async () => {
  const under = await openCritical();
  const { tools, caller, addMember, ran } = under;
  const waiting = await askFor(under);
  await expect(tools.approve(caller, waiting.id, "0".repeat(64))).rejects.toMatchObject({ code: "approval_void" });
  await tools.approve(caller, waiting.id, waiting.argumentsHash);
  await expect(
    tools.call({ ...ask, caller, input: { text: "delete everything" }, approvalId: waiting.id }),
  ).rejects.toMatchObject({ code: "approval_void", message: expect.stringMatching(/other arguments/) });
  const other = await addMember("owner");
  await expect(tools.call({ ...ask, caller: other, approvalId: waiting.id })).rejects.toMatchObject({
    code: "not_found",
  });
  tools.add([toolThat(() => ({ said: "other" }), { name: "test.other", risk: "critical" })]);
  await expect(tools.call({ ...ask, name: "test.other", caller, approvalId: waiting.id })).rejects.toMatchObject({
    code: "approval_void",
  });
  expect(ran).toEqual([]);
  await tools.call({ ...ask, caller, approvalId: waiting.id });
  expect(ran).toEqual(["delete it"]);
});

test("the order of the arguments' names does not matter, their values do", async () => {
  const { tools, caller } = await openToolsUnderTest([]);
  const open = { name: "out.any", risk: "critical" as const };
  const tool = toolThat(() => ({ said: "ran" }), open);
  tools.add([{ ...tool, input: z.record(z.string(), z.unknown()) }]);
  const first = await tools.call({ caller, origin: "api", name: "out.any", input: { a: 1, b: { c: [2], d: 3 } } });
  await tools.approve(caller, first.call.id, first.call.argumentsHash);
  const again = { caller, origin: "api", name: "out.any", approvalId: first.call.id } as const;
  await expect(tools.call({ ...again, input: { b: { d: 3, c: [2, 2] }, a: 1 } })).rejects.toMatchObject({
    code: "approval_void",
  });
  expect(await tools.call({ ...again, input: { b: { d: 3, c: [2] }, a: 1 } })).toMatchObject({ state: "done" });
});

test("two approvals at once run the call once", async () => {
  const under = await openCritical();
  const elsewhere = await under.another();
  const { done, id, arguments_hash } = await askAndWait(under);
  const both = await Promise.allSettled(
    [under.tools, elsewhere.tools].map((tools) => tools.approve(under.caller, id, arguments_hash)),
  );
  expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await done;
  expect(under.ran).toHaveLength(1);

  const waiting = await askFor(under);
  await under.tools.approve(under.caller, waiting.id, waiting.argumentsHash);
  const used = await Promise.allSettled(
    [under.tools, elsewhere.tools, under.tools].map((tools) =>
      tools.call({ ...ask, caller: under.caller, approvalId: waiting.id }),
    ),
  );
  expect(used.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(under.ran).toHaveLength(2);
});

test("a refused call does not run, and cannot be approved any more", async () => {
  const under = await openCritical();
  const { done, id, arguments_hash } = await askAndWait(under);
  await under.tools.refuse(under.caller, id);
  await expect(done).rejects.toMatchObject({ code: "approval_void", message: "The call was refused." });
  await expect(under.tools.approve(under.caller, id, arguments_hash)).rejects.toMatchObject({ code: "approval_void" });
  expect(under.ran).toEqual([]);
  expect(await stateOf(under, id)).toBe("refused");
});

test("an approval after a cancellation does nothing", async () => {
  const under = await openCritical();
  const leaving = new AbortController();
  const stopped = await askAndWait(under, leaving.signal);
  leaving.abort();
  await expect(stopped.done).rejects.toMatchObject({ code: "call_cancelled" });
  await expect(under.tools.approve(under.caller, stopped.id, stopped.arguments_hash)).rejects.toMatchObject({
    code: "approval_void",
    message: "The call was cancelled.",
  });
  const waiting = await askFor(under);
  await under.tools.approve(under.caller, waiting.id, waiting.argumentsHash);
  await under.tools.cancel(under.caller, waiting.id);
  await expect(under.tools.call({ ...ask, caller: under.caller, approvalId: waiting.id })).rejects.toMatchObject({
    code: "approval_void",
  });
  expect(under.ran).toEqual([]);
});

test("an approval that comes too late, or is used too late, does nothing", async () => {
  const under = await openCritical({ waitMinutes: 0 });
  const late = await askFor(under);
  await expect(under.tools.approve(under.caller, late.id, late.argumentsHash)).rejects.toMatchObject({
    message: "The approval came too late: the call has expired.",
  });
  await eventually(async () => expect(await stateOf(under, late.id)).toBe("expired"));
  const patient = await openCritical();
  const unused = await askFor(patient);
  await patient.tools.approve(patient.caller, unused.id, unused.argumentsHash);
  await patient.db.pool.query("UPDATE kernel.tool_calls SET expires_at = now() - interval '1 second'");
  await expect(patient.tools.call({ ...ask, caller: patient.caller, approvalId: unused.id })).rejects.toMatchObject({
    code: "approval_void",
  });
  expect([...under.ran, ...patient.ran]).toEqual([]);
});

test("who has lost the right cannot approve, and what they had approved does not run, also when the right returns", async () => {
  const under = await openCritical();
  const { tools, addMember, setRole, ran } = under;
  const member = await addMember("member");
  const first = await askFor({ tools, caller: member });
  await expect(tools.approve({ ...member, role: "viewer" }, first.id, first.argumentsHash)).rejects.toMatchObject({
    code: "not_allowed",
  });
  await tools.approve(member, first.id, first.argumentsHash);
  await setRole(member, "viewer");
  const use = () => tools.call({ ...ask, caller: member, approvalId: first.id });
  await expect(use()).rejects.toMatchObject({ code: "not_allowed" });
  await setRole(member, "member");
  await expect(use()).rejects.toMatchObject({ code: "approval_void" });
  expect(ran).toEqual([]);
});

test("a key cannot approve what it asked for; the person on the page can", async () => {
  const under = await openCritical();
  const { db, tools, caller } = under;
  const keyId = crypto.randomUUID();
  await db.pool.query(
    `INSERT INTO kernel.api_keys (workspace_id, id, person_id, name, secret_hash, ending, scope, created_at)
     VALUES ($1, $2, $3, 'key', 'x', 'abcd', 'admin', now())`,
    [caller.workspaceId, keyId, caller.personId],
  );
  const key = { ...caller, via: { kind: "api_key" as const, keyId, workspaceId: caller.workspaceId } };
  const waiting = await askFor({ tools, caller: key });
  await expect(tools.approve(key, waiting.id, waiting.argumentsHash)).rejects.toMatchObject({ code: "not_allowed" });
  await tools.approve(caller, waiting.id, waiting.argumentsHash);
  await tools.call({ ...ask, caller: key, approvalId: waiting.id });
  await db.pool.query("DELETE FROM kernel.api_keys");
  await expect(tools.call({ ...ask, caller: key })).rejects.toMatchObject({ code: "not_allowed" });
  expect(under.ran).toHaveLength(1);
});

test("a call outlives the server that it waits on: another server takes it up, and the approval is good there", async () => {
  const under = await openCritical();
  const elsewhere = await under.another();
  const { id, arguments_hash, done } = await askAndWait(under);
  await under.tools.close();
  await expect(done).rejects.toMatchObject({ code: "unavailable" });
  expect(await stateOf(under, id)).toBe("waiting");
  await expect(under.tools.call({ ...ask, caller: under.caller })).rejects.toMatchObject({ code: "unavailable" });
  const { workspaceId, personId } = under.caller;
  const asked = await elsewhere.tools.whoAsked({ workspaceId, personId, callId: id });
  if (!asked?.caller) throw new Error("nobody asked");
  expect(asked.caller).toMatchObject({ personId, role: "owner" });
  const seen: string[] = [];
  const resumed = elsewhere.tools.resume({
    caller: asked.caller,
    callId: id,
    signal: new AbortController().signal,
    onWaiting: () => void seen.push("waiting"),
    onApproved: () => void seen.push("approved"),
  });
  await elsewhere.tools.approve(under.caller, id, arguments_hash);
  expect(await resumed).toMatchObject({ state: "done", output: { said: "delete it" } });
  expect(seen).toEqual(["waiting", "approved"]);
  expect(under.ran).toEqual(["delete it"]);
  const again = { caller: under.caller, callId: id, signal: new AbortController().signal };
  await expect(
    elsewhere.tools.resume({ ...again, onWaiting: () => undefined, onApproved: () => undefined }),
  ).rejects.toMatchObject({ code: "approval_void", message: "The call has run already." });
});

test("a call that ran on a server that died is lost, said plainly, and nobody can take it up", async () => {
  const under = await openCritical();
  const waiting = await askFor(under);
  await under.tools.approve(under.caller, waiting.id, waiting.argumentsHash);
  await under.db.pool.query("UPDATE kernel.tool_calls SET state = 'running', server_id = gen_random_uuid()");
  await eventually(async () => expect(await stateOf(under, waiting.id)).toBe("lost"));
  const take = { callId: waiting.id, signal: new AbortController().signal, caller: under.caller };
  await expect(
    under.tools.resume({ ...take, onWaiting: () => undefined, onApproved: () => undefined }),
  ).rejects.toMatchObject({ code: "approval_void" });
  expect(under.ran).toEqual([]);
});

test("a tool whose risk has changed since it was asked for does not run on the old approval", async () => {
  let risk: Tool["risk"] = "critical";
  const ran: string[] = [];
  const under = await openToolsUnderTest([]);
  const { tools, caller } = under;
  const tool = () => toolThat((text) => (ran.push(text), { said: text }), { name: "out.say", risk });
  tools.addSource({ tools: async () => [tool()] });
  const again = { ...ask, name: "out.say", caller };
  const { call } = await tools.call(again);
  await tools.approve(caller, call.id, call.argumentsHash);
  risk = "write";
  await expect(tools.call({ ...again, approvalId: call.id })).rejects.toMatchObject({
    code: "approval_void",
    message: expect.stringMatching(/has been changed/),
  });
  risk = "critical";
  await expect(tools.call({ ...again, approvalId: call.id })).rejects.toMatchObject({ code: "approval_void" });
  expect(ran).toEqual([]);
});

test("nobody is asked for more than a hundred approvals at once", async () => {
  const under = await openCritical();
  await under.db.pool.query(
    `INSERT INTO kernel.tool_calls (workspace_id, id, person_id, origin, tool, title, risk, arguments, arguments_hash, state, expires_at)
     SELECT $1, gen_random_uuid(), $2, 'api', 'test.say', 'Say', 'critical', '{}', 'x', 'waiting', now() + interval '1 hour'
     FROM generate_series(1, 100)`,
    [under.caller.workspaceId, under.caller.personId],
  );
  await expect(under.tools.call({ ...ask, caller: under.caller })).rejects.toMatchObject({ code: "too_many_requests" });
  await under.db.pool.query("UPDATE kernel.tool_calls SET state = 'refused' WHERE state = 'waiting'");
  await askFor(under);
});

test("the record of a call is forgotten 90 days after its end; what waits is not", async () => {
  const under = await openCritical();
  const first = await askFor(under);
  await under.tools.refuse(under.caller, first.id);
  await askFor(under);
  expect(await pruneToolCalls(under.db, Date.now() + 89 * 86_400_000)).toBe(0);
  expect(await pruneToolCalls(under.db, Date.now() + 91 * 86_400_000)).toBe(1);
});
