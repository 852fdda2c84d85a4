import { createWriteStream } from "node:fs";
import { lstat, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import yazl from "yazl";
import { unpackArchive } from "../src/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mindmesh-archive-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Entry = Partial<tar.Header> & { name: string; content?: string | Buffer };

async function tarOf(entries: Entry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { content = "", ...header } of entries) pack.entry(header, content);
  pack.finalize();
  return Buffer.concat((await Readable.from(pack).toArray()) as Buffer[]);
}

async function zipOf(entries: { name: string; content: string | Buffer; mode?: number }[]): Promise<string> {
  const zip = new yazl.ZipFile();
  for (const { name, content, mode } of entries) zip.addBuffer(Buffer.from(content), name, { ...(mode && { mode }) });
  zip.end();
  const path = join(folder, "a.zip");
  await pipeline(zip.outputStream as Readable, createWriteStream(path));
  return path;
}

async function put(content: Buffer): Promise<string> {
  const path = join(folder, "archive");
  await writeFile(path, content);
  return path;
}

const into = () => join(folder, "unpacked");

async function refusal(hostPath: string, limits = {}): Promise<string> {
  const error: unknown = await unpackArchive({ hostPath, into: into(), limits }).catch((thrown: unknown) => thrown);
  // Nothing is left, not even half of it.
  expect((await readdir(folder)).filter((name) => name.includes("unpacked"))).toEqual([]);
  return error instanceof Error ? error.message : "it was unpacked";
}

describe("an archive with plain files", () => {
  const entries = [
    { name: "readme.txt", content: "hello" },
    { name: "./data/", type: "directory" as const },
    { name: "./data/deep/table.csv", content: "a,b\n", mode: 0o4777 },
  ];

  it("is unpacked from tar and tar.gz, with plain rights", async () => {
    for (const content of [await tarOf(entries), gzipSync(await tarOf(entries))]) {
      const { files, format } = await unpackArchive({ hostPath: await put(content), into: into() });
      expect(files).toEqual([
        { path: "readme.txt", bytes: 5 },
        { path: "data/deep/table.csv", bytes: 4 },
      ]);
      expect(format).toMatch(/^tar/);
      expect(await readFile(join(into(), "data/deep/table.csv"), "utf8")).toBe("a,b\n");
      expect(((await lstat(join(into(), "data/deep/table.csv"))).mode & 0o7111).toString(8)).toBe("0");
      await rm(into(), { recursive: true });
    }
  });

  it("is unpacked from zip, whatever its name is", async () => {
    const hostPath = await zipOf([{ name: "a/b.txt", content: "inside" }]);
    expect(await unpackArchive({ hostPath, into: into() })).toMatchObject({
      format: "zip",
      files: [{ path: "a/b.txt", bytes: 6 }],
    });
    expect(await readFile(join(into(), "a/b.txt"), "utf8")).toBe("inside");
  });
});

describe("an archive that means harm", () => {
  it.each([
    "../out.txt",
    "a/../../out.txt",
    "/etc/out.txt",
    "a\\..\\out.txt",
    "C:/out.txt",
    `${"x/".repeat(40)}y`,
    "n".repeat(300),
  ])("is refused for the name %j in a tar", async (name) => {
    // The writer of tars cleans names; the bytes are put there by hand.
    const content = await tarOf([{ name: "a".repeat(Math.min(90, name.length)), content: "x" }]);
    if (name.length < 90) {
      content.write(name.padEnd(100, "\0"), 0, 100, "latin1");
      content.write("        ", 148, 8, "latin1");
      const sum = content.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      content.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
    }
    const long = name.length < 90 ? content : await tarOf([{ name, content: "x" }]);
    expect(await refusal(await put(long))).toContain("name that cannot be used");
  });

  it("is refused for names in a zip that lead out", async () => {
    const hostPath = await zipOf([{ name: "aa/out.txt", content: "x" }]);
    const bytes = await readFile(hostPath);
    const evil = Buffer.from(bytes.toString("latin1").replaceAll("aa/out.txt", "../out.txt"), "latin1");
    expect(await refusal(await put(evil))).not.toBe("it was unpacked");
  });

  it("loses its links and devices, and says so", async () => {
    const content = await tarOf([
      { name: "link", type: "symlink", linkname: "/etc/passwd" },
      { name: "hard", type: "link", linkname: "/etc/passwd" },
      { name: "device", type: "character-device", devmajor: 1, devminor: 3 },
      { name: "pipe", type: "fifo" },
      { name: "fine.txt", content: "fine" },
    ]);
    const told = await unpackArchive({ hostPath: await put(content), into: into() });
    expect(told.leftOut).toEqual(["link", "hard", "device", "pipe"]);
    expect(await readdir(into())).toEqual(["fine.txt"]);
    await rm(into(), { recursive: true });
    const zip = await zipOf([{ name: "link", content: "/etc/passwd", mode: 0o120777 }]);
    expect(await unpackArchive({ hostPath: zip, into: into() })).toMatchObject({ files: [], leftOut: ["link"] });
  });

  it("writes nothing through a link that came before", async () => {
    const content = await tarOf([
      { name: "up", type: "symlink", linkname: ".." },
      { name: "up/out.txt", content: "x" },
    ]);
    await unpackArchive({ hostPath: await put(content), into: into() });
    expect(await readdir(folder)).not.toContain("out.txt");
  });

  it("is refused when it bursts: in all, in one file, in number, by its ratio", async () => {
    const zeros = Buffer.alloc(12 * 2 ** 20);
    const bomb = await zipOf([{ name: "zeros", content: zeros }]);
    expect(await refusal(bomb)).toContain("far too large");
    expect(await refusal(await put(gzipSync(await tarOf([{ name: "zeros", content: zeros }]))))).toContain(
      "far too large",
    );
    const plain = await put(
      await tarOf([
        { name: "a", content: "x".repeat(2000) },
        { name: "b", content: "y" },
      ]),
    );
    expect(await refusal(plain, { totalBytes: 1000 })).toContain("far too large");
    expect(await refusal(plain, { fileBytes: 1000 })).toContain("larger than one file may be");
    expect(await refusal(plain, { files: 1 })).toContain("more than 1 files");
  });

  it("is refused for a header of endless length, a name that comes twice, damage, a password", async () => {
    const header = await tarOf([{ name: "PaxHeader", content: "" }]);
    header.write("x", 156, "latin1");
    header.write("00777777777\0", 124, 12, "latin1");
    header.write("        ", 148, 8, "latin1");
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
    const endless = gzipSync(Buffer.concat([header.subarray(0, 512), Buffer.alloc(12 * 2 ** 20, 97)]));
    expect(await refusal(await put(endless))).toContain("damaged");
    expect(await refusal(await put(await tarOf([{ name: "a" }, { name: "a" }])))).toContain("twice");
    const whole = await readFile(await zipOf([{ name: "a", content: Buffer.alloc(5000, 7) }]));
    expect(await refusal(await put(whole.subarray(0, whole.length - 30)))).toContain("damaged");
    const locked = Buffer.from(whole);
    for (const at of [locked.indexOf("PK\u0003\u0004") + 6, locked.indexOf("PK\u0001\u0002") + 8])
      locked[at] = (locked[at] ?? 0) | 1;
    expect(await refusal(await put(locked))).toContain("password");
    expect(await refusal(await put(Buffer.from("just text")))).toContain("no zip, tar or tar.gz");
    expect(await refusal(await put(gzipSync("just text")))).toContain("damaged");
  });
});
