import type { StoredFile } from "@mindmesh/contracts/files";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFileServer } from "./file-server.ts";
import type { FileServer, Person } from "./file-server.ts";

let server: FileServer;
let ada: Person;
const shared = new Set<string>();

beforeAll(async () => {
  server = await startFileServer({ grants: [(_tx, _caller, fileId) => Promise.resolve(shared.has(fileId))] });
  ada = await server.addPerson(await server.addWorkspace());
});

afterAll(() => server.close());

async function stored(name: string, content: string | Buffer<ArrayBuffer>): Promise<StoredFile> {
  return (await (await server.upload(ada, name, content)).json()) as StoredFile;
}

const picture = async () =>
  Buffer.from(
    await sharp({ create: { width: 900, height: 600, channels: 3, background: "blue" } })
      .jpeg()
      .toBuffer(),
  );

describe("what the browser is told", () => {
  test("an image is shown, and saved on request", async () => {
    const file = await stored("sea.jpg", await picture());
    const { headers } = await server.as(ada, `/files/${file.id}`);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "image/jpeg",
      "content-disposition": `inline; filename="sea.jpg"; filename*=UTF-8''sea.jpg`,
      "content-length": String(file.bytes),
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cross-origin-resource-policy": "same-origin",
      "accept-ranges": "bytes",
    });
    const saved = await server.as(ada, `/files/${file.id}?save=true`);
    expect(saved.headers.get("content-disposition")).toMatch(/^attachment;/);
  });

  test.each([
    ["page.html", "<!doctype html><script>alert(1)</script>", "application/octet-stream"],
    ["cat.png", "<html><script>alert(1)</script>", "application/octet-stream"],
    [
      "drawing.svg",
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      "application/octet-stream",
    ],
    ["program.js", "alert(1)", "application/octet-stream"],
    ["paper.pdf", "%PDF-1.7\n", "application/pdf"],
    ["notes.txt", "hello", "text/plain; charset=utf-8"],
  ])("%s is never shown from our origin, only saved", async (name, content, type) => {
    const response = await server.as(ada, `/files/${(await stored(name, content)).id}`);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment;/);
    expect(response.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(await response.text()).toBe(content);
  });

  test("a file that the browser has is not sent again", async () => {
    const { id } = await stored("notes.txt", "hello");
    const etag = (await server.as(ada, `/files/${id}`)).headers.get("etag")!;
    const again = await server.as(ada, `/files/${id}`, { headers: { "if-none-match": `"other", W/${etag}` } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  test("HEAD tells the length without the content", async () => {
    const { id } = await stored("notes.txt", "hello");
    const head = await server.as(ada, `/files/${id}`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "5", ""]);
  });

  test("an empty file is sent as an empty file", async () => {
    const response = await server.as(ada, `/files/${(await stored("empty.txt", "")).id}`);
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});

describe("a part of a file", () => {
  test.each([
    ["bytes=2-4", {}, 206, "234", "bytes 2-4/10"],
    ["bytes=-3", {}, 206, "789", "bytes 7-9/10"],
    ["bytes=8-", {}, 206, "89", "bytes 8-9/10"],
    ["bytes=10-", {}, 416, "", "bytes */10"],
    ["bytes=0-1,4-5", {}, 200, "0123456789", null],
    ["bytes=2-4", { "if-range": '"another version"' }, 200, "0123456789", null],
  ])("%s %j", async (range, headers, status, text, contentRange) => {
    const { id } = await stored("digits.txt", "0123456789");
    const response = await server.as(ada, `/files/${id}`, {
      headers: { range, ...(headers as Record<string, string>) },
    });
    expect([response.status, await response.text(), response.headers.get("content-range")]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });
});

describe("what is made of a file", () => {
  test("an image gets its size and a thumbnail", async () => {
    const { id, image } = await stored("sea.jpg", await picture());
    expect(image).toBeNull();
    expect((await server.as(ada, `/files/${id}/thumbnail`)).status).toBe(404);
    await server.process(ada, id);
    expect(await (await server.as(ada, `/files/${id}/details`)).json()).toMatchObject({
      image: { width: 900, height: 600 },
      hasThumbnail: true,
    });
    const thumbnail = await server.as(ada, `/files/${id}/thumbnail`);
    expect(thumbnail.headers.get("content-type")).toBe("image/webp");
    expect(await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).toMatchObject({
      width: 512,
      height: 341,
    });
  });

  test("a text is read, and only its owner hears of it", async () => {
    const { id, text } = await stored("notes.md", "# Hello\0 world");
    expect(text).toMatchObject({ state: "waiting", characters: null });
    await server.process(ada, id);
    const answer = await (await server.as(ada, `/files/${id}/text`)).json();
    const details = {
      state: "ready",
      characters: 13,
      truncated: null,
      message: "1 NUL characters were left out.",
      pages: null,
      sheets: null,
    };
    expect(answer).toEqual({ text: "# Hello world", details });
    const events = await server.db.pool.query(
      "SELECT type, audience_person_id, payload->'file'->'text' AS text FROM kernel.events WHERE payload->'file'->>'id' = $1",
      [id],
    );
    expect(events.rows).toEqual([{ type: "file.changed", audience_person_id: ada.id, text: details }]);
  });

  test("a broken document says why it has no text", async () => {
    const { id } = await stored("paper.pdf", "%PDF-1.7\nnothing else");
    await server.process(ada, id);
    const { details } = (await (await server.as(ada, `/files/${id}/text`)).json()) as { details: unknown };
    expect(details).toMatchObject({ state: "failed", message: "The PDF is damaged and cannot be read." });
  });

  test("processing twice changes nothing", async () => {
    const { id } = await stored("notes.md", "hello");
    await Promise.all([server.process(ada, id), server.process(ada, id)]);
    await server.process(ada, id);
    expect(await (await server.as(ada, `/files/${id}/text`)).json()).toMatchObject({ text: "hello" });
  });

  test("a file whose content is lost on the disk says so", async () => {
    const { id } = await stored("notes.md", "hello");
    await server.blobs.delete(`${ada.workspaceId}/${id}`);
    await server.process(ada, id);
    const { details } = (await (await server.as(ada, `/files/${id}/text`)).json()) as { details: unknown };
    expect(details).toMatchObject({ state: "failed", message: expect.stringContaining("missing on the server") });
    expect((await server.as(ada, `/files/${id}`)).status).toBe(404);
  });
});

describe("who may see a file", () => {
  const places = ["", "/details", "/text", "/thumbnail"];

  test("nobody who is not signed in", async () => {
    const { id } = await stored("notes.md", "hello");
    for (const place of places) expect((await fetch(server.pathFor(ada, `/files/${id}${place}`))).status).toBe(401);
  });

  test("nobody of another workspace, not even under an own address", async () => {
    const stranger = await server.addPerson(await server.addWorkspace(), "owner");
    const { id } = await stored("notes.md", "hello");
    shared.add(id);
    for (const place of places) {
      expect((await server.as(stranger, `/files/${id}${place}`)).status).toBe(404);
      const theirs = server.pathFor(ada, `/files/${id}${place}`);
      expect((await fetch(theirs, { headers: { authorization: `Bearer ${stranger.id}` } })).status).toBe(404);
    }
    expect((await server.as(stranger, `/files/${id}`, { method: "DELETE" })).status).toBe(404);
    expect((await server.as(ada, `/files/${id}`)).status).toBe(200);
  });

  test("others of the workspace only as long as a product says so, and they may not delete it", async () => {
    const colleague = await server.addPerson(ada.workspaceId, "developer");
    const { id } = await stored("notes.md", "hello");
    expect((await server.as(colleague, `/files/${id}`)).status).toBe(404);
    shared.add(id);
    expect((await server.as(colleague, `/files/${id}`)).status).toBe(200);
    expect((await server.as(colleague, `/files/${id}`, { method: "DELETE" })).status).toBe(404);
    shared.delete(id);
    expect((await server.as(colleague, `/files/${id}`)).status).toBe(404);
  });

  test("nobody after it was deleted, which an admin may do too", async () => {
    const admin = await server.addPerson(ada.workspaceId, "admin");
    const { id } = await stored("notes.md", "hello");
    expect((await server.as(admin, `/files/${id}`, { method: "DELETE" })).status).toBe(204);
    for (const place of places) expect((await server.as(ada, `/files/${id}${place}`)).status).toBe(404);
    expect((await server.as(ada, `/files/${id}`, { method: "DELETE" })).status).toBe(404);
  });
});
