import { randomUUID } from "node:crypto";
import type { StoredFile } from "@mindmesh/contracts/files";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blobKey } from "../../src/storage/blobs/blob-store.ts";
import { sweepFiles } from "../../src/storage/index.ts";
import { startFileServer } from "./file-server.ts";
import type { FileServer, Person } from "./file-server.ts";

let server: FileServer;
let ada: Person;

beforeAll(async () => {
  server = await startFileServer();
  ada = await server.addPerson(await server.addWorkspace());
});

afterAll(() => server.close());

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);

function sweep(now: Date) {
  const requeued: string[] = [];
  const enqueueProcessing = (_tx: unknown, { fileId }: { fileId: string }) => Promise.resolve(requeued.push(fileId));
  return sweepFiles({ db: server.db, blobs: server.blobs, enqueueProcessing }, now).then((counts) => ({
    ...counts,
    ids: requeued,
  }));
}

async function* once(text: string) {
  yield Buffer.from(text);
}

test("what is in use, being uploaded or just deleted stays; a day later only what is in use stays", async () => {
  const upload = async () => (await (await server.upload(ada, "a.txt", "x")).json()) as StoredFile;
  const [kept, deleted] = [await upload(), await upload()];
  await server.process(ada, kept.id);
  await server.as(ada, `/files/${deleted.id}`, { method: "DELETE" });
  // What a server that was killed in mid-upload leaves: a row without content, content without a row.
  const broken = { workspaceId: ada.workspaceId, id: randomUUID() };
  await server.db.pool.query(
    "INSERT INTO kernel.files (workspace_id, id, name, state, bytes, media_type, text_state) VALUES ($1, $2, 'b', 'uploading', 5, 'x/y', 'waiting')",
    [broken.workspaceId, broken.id],
  );
  const orphan = blobKey({ workspaceId: randomUUID(), id: randomUUID() });
  await server.blobs.put(orphan, once("x"));
  await server.blobs.put(blobKey({ workspaceId: ada.workspaceId, id: deleted.id }, "thumbnail"), once("x"));

  expect(await sweep(inHours(2))).toEqual({ uploads: 0, deleted: 0, orphans: 0, requeued: 0, ids: [] });
  expect((await server.contents()).blobs.length).toBe(4);

  expect(await sweep(inHours(25))).toEqual({ uploads: 1, deleted: 1, orphans: 1, requeued: 0, ids: [] });
  expect(await server.contents()).toEqual({
    rows: [blobKey({ workspaceId: ada.workspaceId, id: kept.id })],
    blobs: [kept.id],
  });
});

test("a file whose processing was lost is processed after all", async () => {
  const { id } = (await (await server.upload(ada, "a.txt", "x")).json()) as StoredFile;
  expect(await sweep(new Date())).toMatchObject({ requeued: 0 });
  expect(await sweep(inHours(2))).toMatchObject({ requeued: 1, ids: [id] });
});

test("the files of a workspace that was deleted go with it", async () => {
  const person = await server.addPerson(await server.addWorkspace());
  const { id } = (await (await server.upload(person, "a.txt", "x")).json()) as StoredFile;
  await server.db.pool.query("DELETE FROM kernel.workspaces WHERE id = $1", [person.workspaceId]);
  await sweep(inHours(25));
  expect((await server.contents()).blobs).not.toContain(id);
});
