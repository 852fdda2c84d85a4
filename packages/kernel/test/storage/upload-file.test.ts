import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import type { ErrorBody } from "@mindmesh/contracts/errors";
import type { StoredFile } from "@mindmesh/contracts/files";
import { startS3Server } from "@mindmesh/s3-server";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createS3Store } from "../../src/storage/blobs/s3-store.ts";
import { startFileServer } from "./file-server.ts";
import type { FileServer, Person } from "./file-server.ts";
import { diskWithRoom } from "./full-disk.ts";
import { makeZip } from "./make-files.ts";

const megabyte = 2 ** 20;

let server: FileServer;
let ada: Person;

beforeAll(async () => {
  server = await startFileServer({
    limits: { maxFileBytes: 5 * megabyte, workspaceBytes: 8 * megabyte },
  });
  ada = await server.addPerson(await server.addWorkspace());
});

afterAll(() => server.close());

const newPerson = async () => server.addPerson(await server.addWorkspace());
const errorOf = async (response: Response) => ((await response.json()) as ErrorBody).error;

/** Sends a body piece by piece without announcing its length; resolves with the answer, even when it comes early. */
function sendSlowly(
  person: Person,
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
  to = server,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${person.id}`, "content-type": "application/octet-stream" };
    const sending = httpRequest(to.pathFor(person, "/files?name=a.bin"), { method: "POST", headers }, (response) => {
      textOf(response).then((body) => resolve({ status: response.statusCode!, body }), reject);
    });
    sending.on("error", reject);
    void (async () => {
      for await (const piece of pieces) {
        if (!sending.write(piece)) await new Promise((drained) => sending.once("drain", drained));
      }
      sending.end();
    })();
  });
}

describe("an upload", () => {
  test("is stored with what its content says it is", async () => {
    const content = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const response = await server.upload(ada, "holiday.png", Buffer.from(content));
    expect(response.status).toBe(201);
    const file = (await response.json()) as StoredFile;
    expect(file).toMatchObject({
      name: "holiday.png",
      mediaType: "image/png",
      nameClaims: null,
      bytes: content.length,
      ownerId: ada.id,
    });
    expect(server.enqueued).toContain(file.id);
    const download = await server.as(ada, `/files/${file.id}`);
    expect(Buffer.from(await download.arrayBuffer()).equals(content)).toBe(true);
  });

  test("that lies about its type is kept as what it is, and the lie is told", async () => {
    const file = (await (
      await server.upload(ada, "cat.png", "<!doctype html><script>alert(1)</script>")
    ).json()) as StoredFile;
    expect(file).toMatchObject({ name: "cat.png", mediaType: "text/html", nameClaims: "image/png" });
  });

  test("of JSON with its own content type is a file like any other", async () => {
    const response = await server.upload(ada, "data.json", '{"a":', {
      headers: { "content-type": "application/json" },
    });
    expect(await response.json()).toMatchObject({ mediaType: "application/json", bytes: 5 });
  });

  const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  const parts = [
    { name: "word/media/photo.png", content: randomBytes(700_000) },
    { name: "word/document.xml", content: "<x/>" },
  ];

  test("of a Word file is known as one, even when what tells it is at the end", async () => {
    const zip = makeZip([...parts, { name: "[Content_Types].xml", content: "<x/>" }]);
    expect(await (await server.upload(ada, "a.docx", zip)).json()).toMatchObject({
      mediaType: wordType,
      nameClaims: null,
    });
  });

  test.each([
    ["another archive", makeZip(parts)],
    ["an archive without its end", makeZip(parts).subarray(0, 600_000)],
  ])("of %s under the name of a Word file is told from one", async (_title, zip) => {
    const file = await (await server.upload(ada, "a.docx", zip)).json();
    expect(file).toMatchObject({ mediaType: "application/zip", nameClaims: wordType });
    expect(file).toMatchObject({ text: { state: "none", message: expect.stringContaining("application/zip") } });
  });

  test("of nothing is an empty file, and says so", async () => {
    const response = await server.upload(ada, "empty.txt", "");
    const text = expect.objectContaining({ state: "none", message: "The file is empty." });
    expect(await response.json()).toMatchObject({ bytes: 0, text });
  });

  test("gets a name that is safe to show and to save", async () => {
    const response = await server.upload(ada, "../..\\evil\u202egnp.\u0000exe", "x");
    expect(await response.json()).toMatchObject({ name: "evilgnp.exe" });
  });

  test.each([
    ["without a name", ""],
    ["with a name of 1,001 characters", "a".repeat(1001)],
  ])("%s is told which field is wrong", async (_title, name) => {
    const response = await server.upload(ada, name, "x");
    expect(response.status).toBe(422);
    expect(await errorOf(response)).toMatchObject({ code: "invalid_fields", fields: { name: expect.any(String) } });
  });

  test("as a form is refused, and told how to do it", async () => {
    const form = new FormData();
    form.set("file", new Blob(["x"]));
    const response = await server.as(ada, "/files?name=a.txt", { method: "POST", body: form });
    expect(response.status).toBe(415);
    expect((await errorOf(response)).message).toContain("Send the file itself");
  });

  test("by a viewer is not allowed", async () => {
    const viewer = await server.addPerson(ada.workspaceId, "viewer");
    const response = await server.upload(viewer, "a.txt", "x");
    expect(response.status).toBe(403);
  });
});

describe("an upload that is too large", () => {
  test("is refused before its first byte, when it announces 2 GB", async () => {
    const before = await server.contents();
    const socket = connect((server.app.server.address() as AddressInfo).port, "127.0.0.1");
    const path = new URL(server.pathFor(ada, "/files?name=film.mp4"));
    socket.write(
      `POST ${path.pathname}${path.search} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.id}\r\nContent-Type: video/mp4\r\nContent-Length: ${2 ** 31}\r\n\r\n`,
    );
    const answer = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())));
    socket.destroy();
    expect(answer).toContain("HTTP/1.1 413");
    expect(answer).toContain("The file is too large: at most 5.0 MB are taken.");
    expect(await server.contents()).toEqual(before);
  });

  test("is refused when the limit is passed, when it announces nothing, and leaves nothing behind", async () => {
    const before = await server.contents();
    const piece = randomBytes(megabyte);
    const { status, body } = await sendSlowly(
      ada,
      Array.from({ length: 12 }, () => piece),
    );
    expect(status).toBe(413);
    expect(body).toContain('"too_large"');
    expect(await server.contents()).toEqual(before);
  });
});

describe("the room of a workspace", () => {
  test("is not exceeded, and is given back by deleting", async () => {
    const person = await newPerson();
    const four = randomBytes(4 * megabyte);
    const first = (await (await server.upload(person, "1.bin", four)).json()) as StoredFile;
    expect((await server.upload(person, "2.bin", four)).status).toBe(201);
    const third = await server.upload(person, "3.bin", "x");
    expect(third.status).toBe(413);
    expect(await errorOf(third)).toMatchObject({ code: "workspace_full" });
    expect(await (await server.as(person, "/file-limits")).json()).toEqual({
      maxFileBytes: 5 * megabyte,
      workspaceBytes: 8 * megabyte,
      usedBytes: 8 * megabyte,
    });
    await server.as(person, `/files/${first.id}`, { method: "DELETE" });
    expect((await server.upload(person, "3.bin", "x")).status).toBe(201);
  });

  test("is not shared out twice to uploads at the same time", async () => {
    const person = await newPerson();
    const three = randomBytes(3 * megabyte);
    const uploads = await Promise.all(Array.from({ length: 5 }, () => server.upload(person, "a.bin", three)));
    expect(uploads.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 413, 413, 413]);
  });

  test("is not exceeded by uploads at the same time that do not say how long they are", async () => {
    const person = await newPerson();
    const pieces = Array.from({ length: 3 }, () => randomBytes(megabyte));
    const uploads = await Promise.all(Array.from({ length: 5 }, () => sendSlowly(person, pieces)));
    expect(uploads.filter(({ status }) => status === 201).length).toBe(2);
    const { usedBytes } = (await (await server.as(person, "/file-limits")).json()) as { usedBytes: number };
    expect(usedBytes).toBe(6 * megabyte);
  });
});

describe("an upload that does not come to its end", () => {
  test("because the page was closed leaves nothing behind", async () => {
    const person = await newPerson();
    const before = await server.contents();
    const cancel = new AbortController();
    async function* endless() {
      for (;;) {
        yield randomBytes(10_000);
        await wait(5);
      }
    }
    const sending = server.as(person, "/files?name=a.bin", {
      method: "POST",
      body: ReadableStream.from(endless()),
      duplex: "half",
      signal: cancel.signal,
    });
    await vi.waitFor(async () => expect((await server.contents()).rows.length).toBe(before.rows.length + 1));
    cancel.abort();
    await expect(sending).rejects.toThrow("aborted");
    await vi.waitFor(async () => expect(await server.contents()).toEqual(before));
  });

  test("because nothing comes any more is given up and leaves nothing behind", async () => {
    const impatient = await startFileServer({ limits: { idleMilliseconds: 400 } });
    const person = await impatient.addPerson(await impatient.addWorkspace());
    const never = new Promise<never>(() => undefined);
    async function* stalling() {
      yield randomBytes(1000);
      await never;
    }
    await expect(sendSlowly(person, stalling(), impatient)).rejects.toThrow(/hang up|ECONNRESET/);
    await vi.waitFor(async () => expect(await impatient.contents()).toEqual({ rows: [], blobs: [] }));
    await impatient.close();
  });
});

describe("a disk without room", () => {
  test("is told as such, and nothing half written stays", async () => {
    const full = await startFileServer({ openForWriting: diskWithRoom(100_000) });
    const person = await full.addPerson(await full.addWorkspace());
    const response = await full.upload(person, "a.bin", randomBytes(300_000));
    expect(response.status).toBe(507);
    expect(await errorOf(response)).toMatchObject({
      code: "storage_full",
      message: expect.stringContaining("disk is full"),
    });
    expect(await full.contents()).toEqual({ rows: [], blobs: [] });
    await full.close();
  });
});

test("an upload goes to a bucket as well, and comes back", async () => {
  const settings = { bucket: "b", accessKeyId: "k", secretAccessKey: "s", region: "auto" };
  const s3 = await startS3Server(settings);
  const server = await startFileServer({ store: createS3Store({ ...settings, endpoint: s3.endpoint }) });
  const person = await server.addPerson(await server.addWorkspace());
  const content = randomBytes(18 * megabyte);
  const file = (await (await server.upload(person, "a.bin", content)).json()) as StoredFile;
  const download = await server.as(person, `/files/${file.id}`, { headers: { range: `bytes=${17 * megabyte}-` } });
  expect(download.status).toBe(206);
  expect(Buffer.from(await download.arrayBuffer()).equals(content.subarray(17 * megabyte))).toBe(true);
  await server.close();
  await s3.close();
});
