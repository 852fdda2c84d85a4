import { eventually } from "@mindmesh/test-support";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/tools/index.ts";
import { openToolsUnderTest, sayingTool, toolThat } from "./tools-under-test.ts";

const ask = { name: "test.say", input: { text: "hello" }, origin: "api" } as const;

test("a call gives the result and leaves a record with the exact arguments and an entry in the audit log", async () => {
  const { tools, caller, db } = await openToolsUnderTest([sayingTool()]);
  const outcome = await tools.call({ ...ask, caller });
  expect(outcome).toMatchObject({ state: "done", output: { said: "hello" }, cut: [] });
  const { rows } = await db.pool.query("SELECT * FROM kernel.tool_calls");
  expect(rows).toMatchObject([
    { person_id: caller.personId, tool: "test.say", origin: "api", arguments: '{"text":"hello"}', state: "done" },
  ]);
  expect(rows[0]).toMatchObject({ result_bytes: "16", result_cut: false, server_id: null });
  const audited = await db.pool.query("SELECT action, target_id, details FROM kernel.audit_log");
  expect(audited.rows).toMatchObject([{ action: "tool.called", target_id: "test.say", details: { origin: "api" } }]);
  expect(JSON.stringify(audited.rows)).not.toContain("hello");
});

test("wrong arguments are refused with what is wrong with each, unknown ones too, and nothing runs", async () => {
  let ran = 0;
  const { tools, caller, db } = await openToolsUnderTest([toolThat(() => (ran += 1))]);
  await expect(tools.call({ ...ask, caller, input: { text: 7, more: true } })).rejects.toMatchObject({
    code: "invalid_fields",
    fields: { text: expect.stringMatching(/string/), input: expect.stringMatching(/more/) },
  });
  for (const input of [null, "text", [], undefined]) {
    await expect(tools.call({ ...ask, caller, input })).rejects.toMatchObject({ code: "invalid_fields" });
  }
  expect(ran).toBe(0);
  expect((await db.pool.query("SELECT FROM kernel.tool_calls")).rowCount).toBe(0);
});

test("arguments with NUL, half an emoji and 100,000 characters are kept exactly as they were", async () => {
  const { tools, caller, db } = await openToolsUnderTest([sayingTool()]);
  await tools.call({ ...ask, caller, input: { text: "a\u0000\uD83D" } });
  const { rows } = await db.pool.query<{ arguments: string }>("SELECT arguments FROM kernel.tool_calls");
  expect(JSON.parse(rows[0]?.arguments ?? "")).toEqual({ text: "a\u0000\uD83D" });
  await expect(tools.call({ ...ask, caller, input: { text: "a".repeat(300_000) } })).rejects.toMatchObject({
    code: "too_large",
  });
});

test("a tool that the role or the key does not allow is neither listed nor run, and the attempt is written down", async () => {
  const { tools, addMember, db } = await openToolsUnderTest([sayingTool()]);
  const viewer = await addMember("viewer");
  expect(await tools.list(viewer)).toEqual([]);
  await expect(tools.call({ ...ask, caller: viewer })).rejects.toMatchObject({ code: "not_allowed" });
  const narrow = await addMember("member", ["read"]);
  expect(await tools.list(narrow)).toEqual([]);
  await expect(tools.call({ ...ask, caller: narrow })).rejects.toMatchObject({ code: "scope_missing" });
  const { rows } = await db.pool.query("SELECT state, error_code FROM kernel.tool_calls ORDER BY id");
  expect(rows).toEqual([
    { state: "failed", error_code: "not_allowed" },
    { state: "failed", error_code: "scope_missing" },
  ]);
  const audited = await db.pool.query("SELECT action FROM kernel.audit_log");
  expect(audited.rows.map(({ action }) => action as string)).toEqual(["tool.denied", "tool.denied"]);
});

test("rights are those of now, not those of when the caller was let in", async () => {
  const { tools, addMember, setRole, db } = await openToolsUnderTest([sayingTool()]);
  const member = await addMember("member");
  await setRole(member, "viewer");
  await expect(tools.call({ ...ask, caller: member })).rejects.toMatchObject({ code: "not_allowed" });
  await setRole(member, "member");
  await db.pool.query("UPDATE kernel.people SET disabled_at = now() WHERE id = $1", [member.personId]);
  await expect(tools.call({ ...ask, caller: member })).rejects.toMatchObject({ code: "not_allowed" });
});

test("a tool that does not exist is named in the answer", async () => {
  const { tools, caller } = await openToolsUnderTest([]);
  await expect(tools.call({ ...ask, caller, name: "test.nothing" })).rejects.toMatchObject({
    code: "not_found",
    message: 'There is no tool named "test.nothing".',
  });
});

test("the list describes arguments and results as JSON Schema", async () => {
  const { tools, caller } = await openToolsUnderTest([sayingTool()]);
  expect(await tools.list(caller)).toMatchObject([
    {
      name: "test.say",
      risk: "write",
      inputSchema: {
        type: "object",
        properties: { text: { type: "string", maxLength: 1000 } },
        required: ["text"],
        additionalProperties: false,
      },
      outputSchema: { type: "object", properties: { said: { type: "string" } } },
    },
  ]);
});

test("a tool that hangs is stopped at its time limit, even when it does not listen", async () => {
  const { tools, caller, db } = await openToolsUnderTest([
    toolThat(() => new Promise(() => undefined), { timeLimitMs: 60 }),
  ]);
  await expect(tools.call({ ...ask, caller })).rejects.toMatchObject({ code: "tool_timed_out" });
  const { rows } = await db.pool.query("SELECT state, error FROM kernel.tool_calls");
  expect(rows).toEqual([{ state: "failed", error: "Say took longer than 0.06 s and was stopped." }]);
});

test("a tool that throws says no more than that it failed; the server hears why", async () => {
  const { tools, caller, errors } = await openToolsUnderTest([
    toolThat(() => {
      throw new Error("the password is swordfish");
    }),
  ]);
  const refusal = await tools.call({ ...ask, caller }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "tool_failed" });
  expect(String(refusal)).not.toContain("swordfish");
  expect(errors).toMatchObject([{ cause: { message: "the password is swordfish" } }]);
});

test("a result of the wrong shape does not get through", async () => {
  const { tools, caller } = await openToolsUnderTest([toolThat(() => ({ said: 42, secret: "x" }))]);
  await expect(tools.call({ ...ask, caller })).rejects.toMatchObject({
    code: "tool_failed",
    message: expect.stringMatching(/other than it promises/),
  });
  const extra = await openToolsUnderTest([toolThat(() => ({ said: "yes", secret: "x" }))]);
  expect(await extra.tools.call({ ...ask, caller: extra.caller })).toMatchObject({ output: { said: "yes" } });
});

test("50 MB come back cut, with what was cut said in words", async () => {
  const rows = z.object({ rows: z.array(z.object({ text: z.string() })) });
  const huge = () => ({ rows: Array.from({ length: 50_000 }, () => ({ text: "x".repeat(1000) })) });
  const { tools, caller, db } = await openToolsUnderTest([toolThat(huge, {}, rows)]);
  const outcome = await tools.call({ ...ask, caller });
  if (outcome.state !== "done") throw new Error("it did not run");
  expect(JSON.stringify(outcome.output).length).toBeLessThanOrEqual(256 * 1024);
  expect(outcome.cut).toEqual(["rows: the first 100 of 50,000 items"]);
  const stored = await db.pool.query("SELECT result_bytes::int AS bytes, result_cut FROM kernel.tool_calls");
  expect(stored.rows).toEqual([{ bytes: 50_600_010, result_cut: true }]);
});

test("a call that is cancelled stops the tool, on whichever server it runs", async () => {
  let stopped = 0;
  const hanging = toolThat(
    (_text, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve((stopped += 1)))),
    { timeLimitMs: 60_000 },
  );
  const { tools, caller, db, another } = await openToolsUnderTest([hanging]);
  const leaving = new AbortController();
  const first = tools.call({ ...ask, caller, signal: leaving.signal });
  const second = tools.call({ ...ask, caller });
  first.catch(() => undefined);
  second.catch(() => undefined);
  const running = await eventually(async () => {
    const found = await db.pool.query<{ id: string }>("SELECT id FROM kernel.tool_calls WHERE state = 'running'");
    expect(found.rows).toHaveLength(2);
    return found.rows;
  });
  leaving.abort();
  await expect(first).rejects.toMatchObject({ code: "call_cancelled" });
  const elsewhere = await another();
  await Promise.allSettled(running.map(({ id }) => elsewhere.tools.cancel(caller, id)));
  await expect(second).rejects.toMatchObject({ code: "call_cancelled" });
  expect(stopped).toBe(2);
  const states = await db.pool.query("SELECT DISTINCT state FROM kernel.tool_calls");
  expect(states.rows).toEqual([{ state: "cancelled" }]);
});

test("when the server that runs a call dies, the call says that nobody knows how far it came", async () => {
  const { tools, caller, db, serverId, another } = await openToolsUnderTest([sayingTool()]);
  await tools.call({ ...ask, caller });
  await another();
  await db.pool.query("UPDATE kernel.tool_calls SET state = 'running', server_id = $1", [serverId]);
  await db.pool.query("DELETE FROM kernel.servers WHERE id = $1", [serverId]);
  await eventually(async () => {
    const { rows } = await db.pool.query("SELECT state, error FROM kernel.tool_calls");
    expect(rows).toEqual([{ state: "lost", error: expect.stringMatching(/may or may not have been done/) }]);
  });
});

test("a name that is taken, or is no name, is a mistake that shows at start", async () => {
  const { tools } = await openToolsUnderTest([sayingTool()]);
  expect(() => tools.add([sayingTool()])).toThrow("two tools are named test.say");
  const nothing = z.object({});
  expect(() =>
    defineTool({ ...sayingTool(), name: "say it", input: nothing, output: nothing, run: () => Promise.resolve({}) }),
  ).toThrow(/name of a tool/);
});

test("tools of a source are a workspace's own and cannot take over a name of the house", async () => {
  const { tools, caller } = await openToolsUnderTest([sayingTool()]);
  const outside = (name: string) => toolThat(() => ({ said: "from outside" }), { name });
  tools.addSource({
    tools: (id) => Promise.resolve(id === caller.workspaceId ? [outside("test.say"), outside("out.say")] : []),
  });
  expect((await tools.list(caller)).map(({ name }) => name)).toEqual(["out.say", "test.say"]);
  expect(await tools.call({ ...ask, caller })).toMatchObject({ output: { said: "hello" } });
  expect(await tools.call({ ...ask, caller, name: "out.say" })).toMatchObject({ output: { said: "from outside" } });
});
