import { mkdtemp, open, readdir, rm, utimes } from "node:fs/promises";
import { randomBytes, randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { startS3Server } from "@mindmesh/s3-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blobKey } from "../../src/storage/blobs/blob-store.ts";
import type { BlobStore } from "../../src/storage/blobs/blob-store.ts";
import { createFolderStore } from "../../src/storage/blobs/folder-store.ts";
import { createS3Store } from "../../src/storage/blobs/s3-store.ts";
import { diskWithRoom } from "./full-disk.ts";

const s3Settings = { bucket: "mindmesh", accessKeyId: "test-key", secretAccessKey: "test/secret+key", region: "auto" };
const megabyte = 1024 * 1024;

let folder: string;
let server: Awaited<ReturnType<typeof startS3Server>>;
const stores: { folder?: BlobStore; s3?: BlobStore } = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mindmesh-blobs-"));
  server = await startS3Server(s3Settings);
  stores.folder = createFolderStore(folder);
  stores.s3 = createS3Store({ ...s3Settings, endpoint: server.endpoint });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Everything that is on the disk or in the bucket, unfinished pieces too. */
async function leftBehind(kind: "folder" | "s3"): Promise<string[]> {
  if (kind === "s3") return [...server.objects.keys(), ...server.uploads.keys()];
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const newKey = () => blobKey({ workspaceId: randomUUID(), id: randomUUID() });

async function* pieces(content: Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

describe.each(["folder", "s3"] as const)("%s", (kind) => {
  const store = () => stores[kind]!;

  test.each([
    ["an empty file", 0],
    ["a small file", 11],
    ["a file of several parts", 20 * megabyte + 7],
  ])("%s comes back as it was", async (_title, size) => {
    const content = randomBytes(size);
    const key = newKey();
    expect(await store().put(key, pieces(content))).toBe(size);
    expect(await store().head(key)).toEqual({ bytes: size });
    expect((await buffer(await store().get(key))).equals(content)).toBe(true);
    await store().delete(key);
    expect(await store().head(key)).toBeNull();
    await store().delete(key);
  });

  test("a part of a file comes back alone", async () => {
    const key = newKey();
    await store().put(key, pieces(Buffer.from("0123456789")));
    expect(await text(await store().get(key, { start: 3, end: 5 }))).toBe("345");
    expect(await text(await store().get(key, { start: 9, end: 9 }))).toBe("9");
    await store().delete(key);
  });

  test("a file that is not there is not found", async () => {
    await expect(store().get(newKey())).rejects.toMatchObject({ code: "not_found" });
    expect(await store().head(newKey())).toBeNull();
  });

  test.each([
    ["at the beginning", 0],
    ["after several parts", 17 * megabyte],
  ])("an upload that breaks %s leaves nothing behind", async (_title, size) => {
    const before = await leftBehind(kind);
    async function* broken() {
      yield* pieces(randomBytes(size));
      throw new Error("the line went dead");
    }
    await expect(store().put(newKey(), broken())).rejects.toThrow("the line went dead");
    expect(await leftBehind(kind)).toEqual(before);
  });

  test("an upload that is cancelled leaves nothing behind", async () => {
    const before = await leftBehind(kind);
    const cancel = new AbortController();
    async function* cancelledHalfWay() {
      yield* pieces(randomBytes(9 * megabyte));
      cancel.abort(new Error("cancelled"));
      yield* pieces(randomBytes(9 * megabyte));
    }
    await expect(store().put(newKey(), cancelledHalfWay(), cancel.signal)).rejects.toThrow("cancelled");
    expect(await leftBehind(kind)).toEqual(before);
  });

  test("every file is listed", async () => {
    const keys = [newKey(), newKey(), blobKey({ workspaceId: randomUUID(), id: randomUUID() }, "thumbnail")];
    for (const key of keys) await store().put(key, pieces(Buffer.from("x")));
    const listed = await Readable.from(store().list()).toArray();
    expect(listed.map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
    expect(Date.now() - listed[0]!.storedAt.getTime()).toBeLessThan(60_000);
  });

  test.each(["../../etc/passwd", `${randomUUID()}/../${randomUUID()}`, `${randomUUID()}/${randomUUID()}/x`, ""])(
    "a key that is not ours (%j) is refused",
    async (key) => {
      await expect(store().put(key, pieces(Buffer.from("x")))).rejects.toThrow("Not a blob key");
      await expect(store().get(key)).rejects.toThrow("Not a blob key");
      await expect(store().delete(key)).rejects.toThrow("Not a blob key");
    },
  );

  test("the check passes and leaves nothing behind", async () => {
    const before = await leftBehind(kind);
    await store().check();
    expect(await leftBehind(kind)).toEqual(before);
  });
});

describe("folder", () => {
  test("what a killed server left half written is removed, what is being written is not", async () => {
    const store = stores.folder!;
    await store.put(newKey(), pieces(Buffer.from("x")));
    const incoming = join(folder, ".incoming");
    for (const name of ["old", "new"]) await (await open(join(incoming, name), "w")).close();
    await utimes(join(incoming, "old"), 1, 1);
    expect(await store.removeUnfinished(new Date(Date.now() - 3_600_000))).toBe(1);
    expect(await readdir(incoming)).toEqual(["new"]);
    await rm(join(incoming, "new"));
  });

  test("a disk that fills up in mid-write gives storage_full and leaves nothing behind", async () => {
    const before = await leftBehind("folder");
    const store = createFolderStore(folder, diskWithRoom(100_000));
    await expect(store.put(newKey(), pieces(randomBytes(200_000)))).rejects.toMatchObject({ code: "storage_full" });
    expect(await leftBehind("folder")).toEqual(before);
  });
});

describe("s3", () => {
  test("parts that a killed server left are removed when they are old", async () => {
    server.uploads.set("left", { key: `files/${newKey()}`, parts: new Map(), startedAt: new Date(0) });
    server.uploads.set("running", { key: `files/${newKey()}`, parts: new Map(), startedAt: new Date() });
    expect(await stores.s3!.removeUnfinished(new Date(Date.now() - 3_600_000))).toBe(1);
    expect([...server.uploads.keys()]).toEqual(["running"]);
    server.uploads.clear();
  });

  test("a full bucket gives storage_full and leaves no parts", async () => {
    const objects = server.objects.size;
    server.fail({
      when: (request) => request.url!.includes("partNumber=2"),
      status: 507,
      code: "XMinioStorageFull",
      times: 10,
    });
    const put = stores.s3!.put(newKey(), pieces(randomBytes(20 * megabyte)));
    await expect(put).rejects.toMatchObject({ code: "storage_full" });
    expect(server.objects.size).toBe(objects);
    expect(server.uploads.size).toBe(0);
  });

  test("a server that fails once is asked again", async () => {
    const key = newKey();
    server.fail({ when: (request) => request.method === "PUT", status: 503, code: "SlowDown" });
    await stores.s3!.put(key, pieces(Buffer.from("again")));
    expect(await text(await stores.s3!.get(key))).toBe("again");
  });

  test("the check fails with a wrong secret, and says why", async () => {
    const store = createS3Store({ ...s3Settings, endpoint: server.endpoint, secretAccessKey: "wrong" });
    await expect(store.check()).rejects.toThrow("signature");
  });

  test("the check fails when the bucket does not exist, and says why", async () => {
    const store = createS3Store({ ...s3Settings, endpoint: server.endpoint, bucket: "elsewhere" });
    await expect(store.check()).rejects.toThrow("bucket does not exist");
  });

  test("more files than one page of the listing are all listed", async () => {
    for (let count = 0; count < 1005; count += 1) {
      const object = { content: Buffer.alloc(0), etag: '""', mediaType: "", modifiedAt: new Date() };
      server.objects.set(`files/${newKey()}`, object);
    }
    const listed = await Readable.from(stores.s3!.list()).toArray();
    expect(listed.length).toBe(server.objects.size);
  });
});
