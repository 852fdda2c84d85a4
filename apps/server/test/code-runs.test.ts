import { createClient } from "@mindmesh/client";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { type CodeRun, runRoutes } from "@mindmesh/contracts/runs";
import { eventually } from "@mindmesh/test-support";
import { expect, test } from "vitest";
import { startKillableServer } from "./killable-server.ts";

test("behind the wall of this machine: a program runs and keeps its files; a server killed in the middle, or while it stores the directory, loses the run and nothing else", async (context) => {
  await using server = await startKillableServer();
  const { sql, workspaceId } = server;
  const clients = () => {
    const options = server.options();
    return { chat: createClient(chatRoutes, options), code: createClient(runRoutes, options) };
  };
  const ready = () =>
    eventually(async () => {
      const found = await clients().code.describeSandbox({ params: { workspaceId } });
      expect(found.state).not.toBe("starting");
      return found;
    }, 90);
  const { state, reason } = await ready();
  if (state === "off") return context.skip(`no wall here: ${reason}`);

  const { id: conversationId } = await clients().chat.createConversation({ params: { workspaceId }, body: {} });
  const params = { workspaceId, conversationId };
  const start = (source: string) => clients().code.startRun({ params, body: { language: "python", source } });
  const read = ({ id: runId }: CodeRun) => clients().code.getRun({ params: { ...params, runId } });
  const until = (run: CodeRun, done: (status: string) => boolean) =>
    eventually(async () => {
      const details = await read(run);
      if (!done(details.run.status)) throw new Error(JSON.stringify(details.run));
      return details;
    }, 90);
  const ended = (run: CodeRun) => until(run, (status) => !["queued", "running"].includes(status));

  const first = await ended(
    await start("open('n.txt', 'w').write('kept')\nopen('out/r.csv', 'w').write('a,b')\nprint('hello')"),
  );
  expect(first).toMatchObject({
    run: { status: "finished", exitCode: 0 },
    output: [{ stream: "stdout", text: "hello\n" }],
    outputs: [{ path: "r.csv", version: 1 }],
  });

  const second = await start("import time\nprint('begun', flush=True)\nwhile True: time.sleep(0.1)");
  await eventually(async () => expect((await read(second)).output[0]?.text).toBe("begun\n"), 90);
  await server.kill();
  await server.startAgain();
  const lost = await ended(second);
  expect(lost).toMatchObject({ run: { status: "lost" }, output: [{ text: "begun\n" }] });
  await ready();
  const third = await ended(await start("print(open('n.txt').read())"));
  expect(third).toMatchObject({ run: { status: "finished" }, output: [{ text: "kept\n" }] });

  // Killed again while the directory's snapshot is stored, which takes a transaction for each of these files.
  const many = "for n in range(300): open(f'{n}.bin', 'wb').write(bytes([n % 256]) * (70_000 + n))";
  const stored = async (which: string) => {
    const { rows } = await sql.query<{ n: number }>(`SELECT count(*)::int AS n FROM kernel.files f WHERE ${which}`);
    return rows[0]?.n ?? 0;
  };
  const fourth = await start(many);
  await eventually(async () => expect(await stored("internal")).toBeGreaterThan(10), 90);
  await server.kill();
  expect(await stored("internal AND state = 'ready'")).toBe(0);
  await server.startAgain();
  expect(await ended(fourth)).toMatchObject({ run: { status: "lost" } });
  await ready();
  const look = "import os\nprint(sum(os.path.getsize(f'{n}.bin') == 70_000 + n for n in range(300)))";
  expect(await ended(await start(look))).toMatchObject({ run: { status: "finished" }, output: [{ text: "300\n" }] });
  const kept = "EXISTS (SELECT 1 FROM chat.work_files w WHERE w.file_id = f.id)";
  expect(await stored(`internal AND state = 'ready' AND ${kept}`)).toBe(300);
  // What was stored before the kill stands nowhere and goes with the next sweep.
  expect(await stored(`internal AND state = 'ready' AND NOT ${kept}`)).toBe(0);
}, 300_000);
