/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-describe-callback */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startS3Server } from "@mindmesh/s3-server";
import {
  type SmallDisk,
  type TestPerson,
  type TestServer,
  eventually,
  mountSmallDisk,
  startTestServer,
} from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBareSandbox } from "./bare-sandbox.ts";

interface Place {
  workspaceId: string;
  conversationId: string;
}

const sandbox = openBareSandbox();
const start = (dataDirectory: string, environment: Record<string, string> = {}) =>
  startTestServer({
    dataDirectory,
    environment,
    sandbox: { ...sandbox, open: async () => sandbox, close: () => Promise.resolve() },
  });

async function begin(person: TestPerson): Promise<Place> {
  const { workspaceId } = person;
  const { id } = await person.chat.createConversation({ params: { workspaceId }, body: {} });
  return { workspaceId, conversationId: id };
}

async function run(person: TestPerson, place: Place, source: string) {
  const begun = await person.code.startRun({ params: place, body: { language: "python", source } });
  const details = await eventually(async () => {
    const found = await person.code.getRun({ params: { ...place, runId: begun.id } });
    expect(["queued", "running"]).not.toContain(found.run.status);
    return found;
  }, 20);
  return { ...details, printed: details.output.map(({ text }) => text).join("") };
}

/** Files of the workspace that are there and that neither a version nor a snapshot stands on. */
const unneeded = (server: TestServer, { workspaceId }: Place) =>
  server.sql(
    `SELECT name, state FROM kernel.files f WHERE workspace_id = $1 AND deleted_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM chat.work_files w WHERE w.workspace_id = f.workspace_id AND w.file_id = f.id)
       AND NOT EXISTS (SELECT 1 FROM chat.output_files o WHERE o.workspace_id = f.workspace_id AND o.file_id = f.id)`,
    [workspaceId],
  );

const write = "open('big.bin', 'wb').write(b'x' * 200000)\nopen('out/made.bin', 'wb').write(b'y' * 300000)";
const look = "import os\nprint(os.path.getsize('big.bin'), os.path.getsize('out/made.bin'))";

describe("files of code in a bucket", () => {
  const bucket = { bucket: "files", accessKeyId: "key", secretAccessKey: "secret", region: "auto" };
  let s3: Awaited<ReturnType<typeof startS3Server>>;
  let folder: string;
  let server: TestServer;
  let ann: TestPerson;
  beforeAll(async () => {
    s3 = await startS3Server(bucket);
    folder = await mkdtemp(join(tmpdir(), "mindmesh-code-s3-"));
    server = await start(folder, {
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: bucket.bucket,
      S3_ACCESS_KEY_ID: bucket.accessKeyId,
      S3_SECRET_ACCESS_KEY: bucket.secretAccessKey,
    });
    ann = await server.signUp("Ann");
  });
  afterAll(async () => {
    await server.close();
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("are versions and snapshots there, also when the server's disk is lost", async () => {
    const place = await begin(ann);
    const made = await run(ann, place, write);
    expect(made.outputs.map(({ path, version }) => [path, version])).toEqual([["made.bin", 1]]);
    // The snapshot stands on the version's bytes where they are the same.
    const sizes = [...s3.objects.values()].map(({ content }) => content.length);
    expect(sizes.toSorted((one, other) => one - other)).toEqual([200_000, 300_000]);
    await rm(join(folder, "code"), { recursive: true });
    expect((await run(ann, place, look)).printed).toBe("200000 300000\n");
    const file = made.outputs[0]?.file?.id;
    const answer = await ann.fetch(`/api/workspaces/${place.workspaceId}/files/${file}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.alloc(300_000, "y"))).toBe(true);
  });

  test("a bucket that refuses is told at the run; what was there stays, and nothing lies about", async () => {
    const place = await begin(ann);
    await run(ann, place, write);
    const bucketIs = { full: true };
    const when = ({ method }: { method?: string | undefined }) => bucketIs.full && method === "PUT";
    s3.fail({ when, status: 507, code: "InsufficientStorage", times: Infinity });
    const refused = await run(ann, place, write.replaceAll("'wb'", "'ab'"));
    expect(refused.run).toMatchObject({ status: "finished", exitCode: 0 });
    expect(refused.run.message).toMatch(/made.bin could not be kept: .*\n.*working directory could not be stored/);
    expect(refused.outputs).toEqual([]);
    expect(await unneeded(server, place)).toEqual([]);
    bucketIs.full = false;
    const again = await run(ann, place, look);
    expect(again.printed).toBe("400000 600000\n");
    expect(again.run.message).not.toMatch(/could not be stored/);
    await rm(join(folder, "code"), { recursive: true });
    expect((await run(ann, place, look)).printed).toBe("400000 600000\n");
  });
});

describe.skipIf(process.getuid?.() !== 0)("a disk that is really full", () => {
  let folder: string;
  let disk: SmallDisk;
  let server: TestServer;
  let ann: TestPerson;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mindmesh-code-full-"));
    disk = await mountSmallDisk(join(folder, "disk"), 6 * 2 ** 20);
    server = await start(join(folder, "disk"));
    ann = await server.signUp("Ann");
  });
  afterAll(async () => {
    await server.close();
    disk.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test("while a run's files are stored is told at the run; earlier versions stay, and room brings the rest", async () => {
    const place = await begin(ann);
    await run(ann, place, write);
    // 3 MB fit into the directory, and not a second time into the storage.
    const full = await run(ann, place, "open('out/made.bin', 'wb').write(bytes(3_000_000))");
    expect(full.run).toMatchObject({ status: "finished", exitCode: 0 });
    expect(full.run.message).toMatch(/made.bin could not be kept: .*\n.*working directory could not be stored/);
    expect(await unneeded(server, place)).toEqual([]);
    const versions = await ann.code.listOutputs({ params: place, query: { path: "made.bin" } });
    expect(versions.items.map(({ version, file }) => [version, file?.bytes])).toEqual([[1, 300_000]]);
    const next = await run(ann, place, "import os\nos.remove('out/made.bin')\nprint(os.path.getsize('big.bin'))");
    expect(next.printed).toBe("200000\n");
    expect(next.run.message).not.toMatch(/could not/);
  });

  test("before a run begins refuses it in words, and the next one works when there is room", async () => {
    const place = await begin(ann);
    await run(ann, place, "open('kept', 'w').write('kept')");
    await rm(join(folder, "disk/code"), { recursive: true });
    await disk.fill();
    const refused = await run(ann, place, "print(open('kept').read())");
    expect(refused.run).toMatchObject({ status: "failed", reason: "refused", message: expect.stringMatching(/full/) });
    await disk.empty();
    expect((await run(ann, place, "print(open('kept').read())")).printed).toBe("kept\n");
  });
});
