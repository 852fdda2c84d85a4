import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CodeRun, runEvents } from "@mindmesh/contracts/runs";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBareSandbox } from "./bare-sandbox.ts";

const sandbox = openBareSandbox();
let folder: string;
let server: TestServer;
let ann: TestPerson;

const start = () =>
  startTestServer({
    dataDirectory: folder,
    sandbox: { ...sandbox, open: async () => sandbox, close: () => Promise.resolve() },
  });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mindmesh-code-"));
  server = await start();
  ann = await server.signUp("Ann");
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Place {
  workspaceId: string;
  conversationId: string;
}
type Body = Parameters<TestPerson["code"]["startRun"]>[0]["body"];

async function begin(): Promise<Place> {
  const { workspaceId } = ann;
  const { id } = await ann.chat.createConversation({ params: { workspaceId }, body: {} });
  return { workspaceId, conversationId: id };
}

async function run(place: Place, source: string, more: Partial<Body> = {}, who = ann) {
  const begun: CodeRun = await who.code.startRun({ params: place, body: { language: "python", source, ...more } });
  return eventually(async () => {
    const details = await who.code.getRun({ params: { ...place, runId: begun.id } });
    expect(["queued", "running"]).not.toContain(details.run.status);
    return details;
  }, 20);
}
const printed = ({ output }: { output: { text: string }[] }) => output.map(({ text }) => text).join("");
const directoryOf = ({ workspaceId, conversationId }: Place, who = ann) =>
  join(folder, "code", "work", workspaceId, conversationId, who.personId);

async function addMember(who: TestPerson): Promise<void> {
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
    ann.workspaceId,
    who.personId,
  ]);
}

test("what code writes to out becomes files of the conversation, with versions", async () => {
  const place = await begin();
  const changed: string[][] = [];
  ann.live({
    onEvent: ({ type, payload }) => {
      if (type === "chat.outputs.changed") changed.push(runEvents["chat.outputs.changed"].parse(payload).paths);
    },
  });
  const first = await run(place, "open('out/a.csv', 'w').write('x,y\\n1,2\\n')\nopen('out/same.txt', 'w').write('s')");
  expect(first.outputs.map(({ path, version }) => [path, version])).toEqual([
    ["a.csv", 1],
    ["same.txt", 1],
  ]);
  const second = await run(place, "open('out/a.csv', 'a').write('3,4\\n')\nopen('out/same.txt', 'w').write('s')");
  expect(second.outputs.map(({ path, version }) => [path, version])).toEqual([["a.csv", 2]]);
  const { items } = await ann.code.listOutputs({ params: place, query: { path: "a.csv" } });
  expect(items.map(({ version, file }) => [version, file?.bytes, file?.name])).toEqual([
    [2, 12, "a.csv"],
    [1, 8, "a.csv"],
  ]);
  const newest = (await ann.code.listOutputs({ params: place })).items;
  expect(newest.map(({ path, version }) => [path, version])).toEqual([
    ["a.csv", 2],
    ["same.txt", 1],
  ]);
  const bytes = await ann.fetch(`/api/workspaces/${place.workspaceId}/files/${items[0]?.file?.id}`);
  expect(await bytes.text()).toBe("x,y\n1,2\n3,4\n");
  expect(bytes.headers.get("content-disposition")).toMatch(/^attachment/);
  await eventually(() => expect(changed).toEqual([["a.csv", "same.txt"], ["a.csv"]]));
});

test("the working directory is kept between runs, and comes back when the server's disk is lost", async () => {
  const place = await begin();
  const write =
    "import os\nos.makedirs('d/e')\nopen('d/e/n.txt', 'w').write('kept')\nopen('big.bin', 'wb').write(b'x' * 200000)";
  await run(place, write);
  const look = "import os\nprint(open('d/e/n.txt').read(), os.path.getsize('big.bin'))";
  expect(printed(await run(place, look))).toBe("kept 200000\n");
  await rm(directoryOf(place), { recursive: true });
  expect(printed(await run(place, look))).toBe("kept 200000\n");
  await run(place, "import os\nos.remove('big.bin')\nopen('d/e/n.txt', 'w').write('changed')");
  await rm(directoryOf(place), { recursive: true });
  const after = await run(place, "import os\nprint(open('d/e/n.txt').read(), os.path.exists('big.bin'))");
  expect(printed(after)).toBe("changed False\n");
  // Snapshots are no files of the person's own.
  const kept = await server.sql("SELECT internal FROM kernel.files WHERE name = 'big.bin'");
  expect(kept).toEqual([{ internal: true }]);
});

test("links out of the directory are neither stored nor given out", async () => {
  const place = await begin();
  const source = `import os
os.symlink('/etc/passwd', 'out/passwd')
os.symlink('/etc', 'out/etc')
os.symlink('/etc/passwd', 'secret.txt')
os.mkfifo('pipe')
open('out/fine.txt', 'w').write('fine')`;
  const done = await run(place, source);
  expect(done.outputs.map(({ path }) => path)).toEqual(["fine.txt"]);
  const stored = await server.sql<{ path: string }>("SELECT path FROM chat.work_files WHERE conversation_id = $1", [
    place.conversationId,
  ]);
  expect(stored.map(({ path }) => path).toSorted()).toEqual(["main.py", "out/fine.txt"]);
  const call = (name: string, input: object) =>
    ann.tools.callTool({
      params: { ...place, name },
      body: { input: { ...input, conversationId: place.conversationId } },
    });
  await expect(call("sandbox.readFile", { path: "secret.txt" })).rejects.toMatchObject({ status: 404 });
  await expect(call("sandbox.readFile", { path: "out/etc/passwd" })).rejects.toMatchObject({ status: 404 });
  await expect(call("sandbox.readFile", { path: "pipe" })).rejects.toMatchObject({ status: 404 });
  await symlink("/tmp", join(directoryOf(place), "outside"));
  await expect(call("sandbox.writeFile", { path: "outside/x.py", content: "" })).rejects.toMatchObject({ status: 409 });
  // A link in the place of a file is replaced, never followed.
  expect(await call("sandbox.writeFile", { path: "secret.txt", content: "mine" })).toMatchObject({
    output: { bytes: 4 },
  });
  expect(await call("sandbox.readFile", { path: "secret.txt" })).toMatchObject({ output: { text: "mine" } });
});

test("two people in one conversation have a directory each; files pass between them as versions", async () => {
  const place = await begin();
  await ann.chat.updateConversation({ params: place, body: { shared: true } });
  const bob = await server.signUp("Bob");
  await addMember(bob);
  await run(place, "open('private.txt', 'w').write('1')\nopen('out/result.csv', 'w').write('shared')");
  const seen = await run(place, "import os\nprint(os.path.exists('private.txt'))", {}, bob);
  expect(printed(seen)).toBe("False\n");
  const { inputs = [], directory } = sandbox.requests.at(-1) ?? {};
  expect(directory).toBe(directoryOf(place, bob));
  expect(inputs.map(({ name }) => name)).toEqual(["result.csv"]);
  const file = (await bob.code.listOutputs({ params: place })).items[0]?.file?.id;
  const response = await bob.fetch(`/api/workspaces/${ann.workspaceId}/files/${file}`);
  expect(await response.text()).toBe("shared");
  await ann.chat.updateConversation({ params: place, body: { shared: false } });
  expect((await bob.fetch(`/api/workspaces/${ann.workspaceId}/files/${file}`)).status).toBe(404);
});

test("files of the editor lie beside the program; of two who change one, the slower is told", async () => {
  const place = await begin();
  const save = (path: string, content: string, version: number | null, newPath?: string) =>
    ann.code.saveEditorFile({ params: place, body: { path, content, version, ...(newPath && { newPath }) } });
  expect(await save("lib/greet.py", "def hi(): return 'hi'", null)).toMatchObject({ version: 1 });
  expect(await save("lib/greet.py", "def hi(): return 'hello'", 1)).toMatchObject({ version: 2 });
  await expect(save("lib/greet.py", "late", 1)).rejects.toMatchObject({ status: 409 });
  await expect(save("lib/greet.py", "again", null)).rejects.toMatchObject({ status: 409 });
  await expect(save("lib", "a folder", null)).rejects.toMatchObject({ status: 409 });
  for (const path of ["../a", "/a", "a/./b", "out/a", "a\u0000", "a".repeat(4000)]) {
    await expect(save(path, "", null), path).rejects.toMatchObject({ status: 422 });
  }
  const source = "from lib.greet import hi\nprint(hi())";
  expect(printed(await run(place, source, { withEditorFiles: true }))).toBe("hello\n");
  expect(await save("lib/greet.py", "x = 1", 2, "lib/moved.py")).toMatchObject({ path: "lib/moved.py", version: 3 });
  const { items } = await ann.code.listEditorFiles({ params: place });
  expect(items).toMatchObject([{ path: "lib/moved.py", content: "x = 1", version: 3, updatedBy: ann.personId }]);
  const remove = (version: number) =>
    ann.code.deleteEditorFile({ params: place, query: { path: "lib/moved.py", version } });
  await expect(remove(2)).rejects.toMatchObject({ status: 409 });
  await remove(3);
  expect((await ann.code.listEditorFiles({ params: place })).items).toEqual([]);
});

test("deleting the conversation takes its runs and their files along", async () => {
  const place = await begin();
  const done = await run(
    place,
    "open('out/gone.bin', 'wb').write(b'x' * 100000)\nprint('#display text/html ' + 'x' * 50000)",
  );
  const ids = await server.sql<{ id: string }>(
    `SELECT file_id AS id FROM chat.output_files WHERE run_id = $1
     UNION SELECT file_id FROM chat.code_run_displays WHERE run_id = $1
     UNION SELECT file_id FROM chat.work_files WHERE conversation_id = $2 AND file_id IS NOT NULL`,
    [done.run.id, place.conversationId],
  );
  expect(ids).toHaveLength(2);
  await ann.chat.updateConversation({ params: place, body: { trashed: true } });
  await ann.chat.deleteConversation({ params: place });
  const left = await server.sql("SELECT id FROM kernel.files WHERE id = ANY($1) AND deleted_at IS NULL", [
    ids.map(({ id }) => id),
  ]);
  expect(left).toEqual([]);
  const rows = await server.sql<{ n: number }>(
    "SELECT (SELECT count(*) FROM chat.code_runs WHERE id = $1) + (SELECT count(*) FROM chat.code_run_output WHERE run_id = $1) AS n",
    [done.run.id],
  );
  expect(Number(rows[0]?.n)).toBe(0);
});

test("nothing is left half-written in the server's folder", async () => {
  // With their types, as without them Node follows the links that programs made, out of the folder.
  const entries = await readdir(join(folder, "code"), { recursive: true, withFileTypes: true });
  const names = entries.map(({ name }) => name);
  expect(names.filter((name) => /\.[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name))).toEqual([]);
});
