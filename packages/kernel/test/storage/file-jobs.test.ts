import type { StoredFile } from "@mindmesh/contracts/files";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { fileTextForModel } from "../../src/storage/index.ts";
import { startFileServer } from "./file-server.ts";
import type { FileServer, Person } from "./file-server.ts";
import { makeDocx, makePdf, makeXlsx } from "./make-files.ts";

let server: FileServer;
let ada: Person;

beforeAll(async () => {
  server = await startFileServer({ withJobs: true });
  ada = await server.addPerson(await server.addWorkspace());
});

afterAll(() => server.close());

const stored = async (name: string, content: string | Buffer<ArrayBuffer>) =>
  (await (await server.upload(ada, name, content)).json()) as StoredFile;

test("what was uploaded is soon read, without anybody asking", async () => {
  const uploads = await Promise.all([
    stored("notes.md", "# Hello"),
    stored("paper.pdf", makePdf(["Hello from a PDF"])),
    stored("letter.docx", makeDocx("<w:p><w:r><w:t>Hello from Word</w:t></w:r></w:p>")),
    stored("table.xlsx", makeXlsx([{ name: "One", rows: '<row r="1"><c r="A1"><v>7</v></c></row>' }])),
    stored("broken.pdf", "%PDF-1.7\nnothing"),
  ]);
  const read = (file: StoredFile) => server.as(ada, `/files/${file.id}/text`).then((answer) => answer.json());
  await vi.waitFor(
    async () =>
      expect(await Promise.all(uploads.map(read))).toMatchObject([
        { text: "# Hello", details: { state: "ready" } },
        { text: "[Page 1]\nHello from a PDF", details: { state: "ready", pages: 1 } },
        { text: "Hello from Word\n\n", details: { state: "ready" } },
        { text: "# Sheet: One\n7\n", details: { state: "ready", sheets: ["One"] } },
        { text: "", details: { state: "failed", message: "The PDF is damaged and cannot be read." } },
      ]),
    { timeout: 25_000, interval: 100 },
  );
});

test("a file that is sent to a model right after its upload is read at once", async () => {
  const { id } = await stored("notes.md", "# Right away");
  const found = await fileTextForModel(server, { workspaceId: ada.workspaceId, id });
  expect(found).toMatchObject({
    name: "notes.md",
    mediaType: "text/markdown",
    text: "# Right away",
    details: { state: "ready" },
  });
});

test("a file of another workspace has no text for a model", async () => {
  const { id } = await stored("notes.md", "# Ours");
  expect(await fileTextForModel(server, { workspaceId: await server.addWorkspace(), id })).toBeNull();
});
