import { mkdir, open, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { BackupError } from "@mindmesh/kernel/backup";
import { migrate } from "@mindmesh/kernel/db";
import { extract, pack as createPack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createArchive } from "../../src/backup/archive-writer.ts";
import { instanceRows } from "@mindmesh/test-support";
import { backupTo, emptyInstance, folderBlobs, owners, places, restoreFrom, run, source } from "./instances.ts";

const at = places();
let folder: string;
let databaseUrl: string;
let emptyUrl: string;
let good: string;

const addPerson = (url: string, email: string) =>
  run(url, `INSERT INTO kernel.people (id, email, name) VALUES (gen_random_uuid(), '${email}', 'Somebody')`);

beforeAll(async () => {
  folder = await at.folder();
  databaseUrl = await at.database(inject("databaseUrl"));
  emptyUrl = await at.database(inject("databaseUrl"));
  await emptyInstance(databaseUrl);
  for (let index = 0; index < 20; index += 1) await addPerson(databaseUrl, `person${index}@example.org`);
  good = join(folder, "good.backup");
  await backupTo(good, source(databaseUrl, folderBlobs(folder)));
});
afterAll(() => at.remove());

const restore = (file: string, replace = false) =>
  restoreFrom(file, { databaseUrl: emptyUrl, blobs: folderBlobs(folder), dataDirectory: folder }, replace);

const reason = (work: Promise<unknown>) =>
  work.then(
    () => "it was accepted",
    (error: unknown) => (error instanceof BackupError ? error.message : String(error)),
  );

describe("a backup that is not whole", () => {
  it("is refused when one bit of its content has changed, and nothing is touched", async () => {
    const bytes = await readFile(good);
    const damaged = join(folder, "damaged.backup");
    const right: unknown = expect.objectContaining(await instanceRows(databaseUrl));
    let accepted = 0;
    for (let place = 0; place < bytes.length; place += 37) {
      const copy = Buffer.from(bytes);
      copy[place] = (copy[place] ?? 0) ^ 0x10;
      await writeFile(damaged, copy);
      const outcome = await reason(restore(damaged));
      // A changed letter in the name of a migration reads like another version. Accepted only where it stands for nothing, such as the padding behind the end.
      const same = outcome === "it was accepted";
      expect(outcome, `bit at ${place}`).toMatch(/it was accepted|is damaged|was made by another Mindmesh/);
      expect(await instanceRows(emptyUrl), `bit at ${place}`).toEqual(same ? right : {});
      await run(emptyUrl, "DROP SCHEMA IF EXISTS kernel, chat, query, pgboss CASCADE");
      accepted += same ? 1 : 0;
    }
    expect(accepted).toBeLessThan(4);
  });

  it("is refused when its end is missing", async () => {
    const bytes = await readFile(good);
    const cut = join(folder, "cut.backup");
    for (const length of [0, 10, Math.floor(bytes.length / 2), bytes.length - 50]) {
      await writeFile(cut, bytes.subarray(0, length));
      expect(await reason(restore(cut)), `${length} bytes`).toContain("is damaged");
    }
  });

  it("is refused when the sums do not fit the content, and the table is named", async () => {
    const file = join(folder, "forged.backup");
    const archive = await createArchive(file);
    const { manifest } = await manifestOf(good);
    await archive.add("manifest.json", Buffer.from(JSON.stringify(manifest)));
    await archive.add("tables/kernel.people/000000", Buffer.from("1"));
    await archive.finish({ rows: {}, missingFiles: [] });
    const tampered = join(folder, "tampered.backup");
    const { unpack, pack } = await tar(file);
    await pack(
      tampered,
      unpack.map(([name, content]) => [name, name.startsWith("tables/") ? "2" : content]),
    );
    expect(await reason(restore(tampered))).toContain("tables/kernel.people is not what was written");
  });

  it.each([
    ["some text", Buffer.from("Dear diary")],
    ["something else compressed", zstdCompressSync(Buffer.from("Dear diary".repeat(1000)))],
  ])("is not confused with %s", async (_, content) => {
    const file = join(folder, "other.backup");
    await writeFile(file, content);
    expect(await reason(restore(file))).toContain("is not a backup of Mindmesh, or it is damaged");
  });

  it("is reported when there is no such file", async () => {
    expect(await reason(restore(join(folder, "none.backup")))).toContain("There is no file");
  });
});

describe("a backup of another version", () => {
  it("is refused with the advice to update when its form is newer", async () => {
    const file = join(folder, "newer-form.backup");
    const archive = await createArchive(file);
    await archive.add("manifest.json", Buffer.from(JSON.stringify({ format: 2, program: "9.1.0", shape: "unknown" })));
    await archive.finish({ rows: {}, missingFiles: [] });
    expect(await reason(restore(file))).toMatch(/newer Mindmesh \(9\.1\.0\).*Update Mindmesh first/);
  });

  it("is refused with the names of the migrations that are not known here", async () => {
    const file = join(folder, "newer-tables.backup");
    await run(databaseUrl, "INSERT INTO chat.migrations (name, run_on) VALUES ('9999_next_year', now())");
    await backupTo(file, source(databaseUrl, folderBlobs(folder), { program: "9.1.0" }));
    await run(databaseUrl, "DELETE FROM chat.migrations WHERE name = '9999_next_year'");
    expect(await reason(restore(file))).toMatch(/another Mindmesh \(9\.1\.0\).*chat\/9999_next_year/);
  });

  it("is brought up to date when it is older", async () => {
    const url = await at.database(inject("databaseUrl"));
    const newer = await at.folder();
    await writeFile(join(newer, "0001_first.sql"), "-- Up Migration\nCREATE TABLE extra.notes (id int, text text);\n");
    const old = [...owners, { schema: "extra", folder: pathToFileURL(`${newer}/`) }];
    const oldUrl = await at.database(inject("databaseUrl"));
    await migrate(oldUrl, old);
    await addPerson(oldUrl, "somebody@example.org");
    await run(oldUrl, "INSERT INTO extra.notes VALUES (1, 'kept')");
    const file = join(folder, "older.backup");
    await backupTo(file, source(oldUrl, folderBlobs(folder), { owners: old }));
    await writeFile(
      join(newer, "0002_second.sql"),
      "-- Up Migration\nALTER TABLE extra.notes ADD COLUMN length int;\nUPDATE extra.notes SET length = length(text);\n",
    );
    await restoreFrom(file, { databaseUrl: url, blobs: folderBlobs(folder), dataDirectory: folder, owners: old });
    expect(await run(url, "SELECT * FROM extra.notes")).toEqual([{ id: 1, text: "kept", length: 4 }]);
    expect(await run(url, "SELECT name FROM extra.migrations ORDER BY id")).toEqual([
      { name: "0001_first" },
      { name: "0002_second" },
    ]);
  });
});

describe("an instance that is in use", () => {
  it("is not overwritten by mistake, but replaced when that is asked for", async () => {
    const url = await at.database(inject("databaseUrl"));
    await emptyInstance(url);
    await addPerson(url, "owner@example.org");
    const before = await instanceRows(url);
    const into = { databaseUrl: url, blobs: folderBlobs(folder), dataDirectory: folder };
    expect(await reason(restoreFrom(good, into))).toMatch(/in use: it has 1 account\..*--replace/);
    expect(await instanceRows(url)).toEqual(before);
    await restoreFrom(good, into, true);
    expect(await instanceRows(url)).toMatchObject(await instanceRows(databaseUrl));
  });

  it("is left alone while a server runs on it", async () => {
    const url = await at.database(inject("databaseUrl"));
    await emptyInstance(url);
    await run(url, "INSERT INTO kernel.servers (id, role, host, pid) VALUES (gen_random_uuid(), 'all', 'tuff', 4711)");
    const into = { databaseUrl: url, blobs: folderBlobs(folder), dataDirectory: folder };
    expect(await reason(restoreFrom(good, into))).toContain("process 4711 on tuff");
  });

  it("keeps everything when the restore fails at its very end", async () => {
    const url = await at.database(inject("databaseUrl"));
    await emptyInstance(url);
    await addPerson(url, "owner@example.org");
    const before = await instanceRows(url);
    // A row whose workspace does not exist: the foreign keys, checked last, refuse it.
    const orphaned = await at.database(inject("databaseUrl"));
    await emptyInstance(orphaned);
    await run(orphaned, "ALTER TABLE kernel.members DROP CONSTRAINT members_workspace_id_fkey");
    await addPerson(orphaned, "somebody@example.org");
    await run(
      orphaned,
      "INSERT INTO kernel.members (workspace_id, person_id, role) SELECT gen_random_uuid(), id, 'owner' FROM kernel.people",
    );
    const file = join(folder, "orphaned.backup");
    await backupTo(file, source(orphaned, folderBlobs(folder)));
    const into = { databaseUrl: url, blobs: folderBlobs(folder), dataDirectory: folder };
    expect(await reason(restoreFrom(file, into, true))).toContain("members_workspace_id_fkey");
    expect(await instanceRows(url)).toEqual(before);
  });
});

describe("the file of a backup", () => {
  it("is not overwritten unless that is asked for, and a failed backup leaves no trace of itself", async () => {
    const own = await at.folder();
    const file = join(own, "instance.backup");
    await backupTo(file, source(databaseUrl, folderBlobs(own)));
    expect(await reason(backupTo(file, source(databaseUrl, folderBlobs(own))))).toContain("exists already");
    const url = await at.database(inject("databaseUrl"));
    const other = join(own, "other.backup");
    expect(await reason(backupTo(other, source(url, folderBlobs(own))))).toContain("holds no Mindmesh");
    expect(await readdir(own)).toEqual(["instance.backup"]);
  });

  it("is not begun where it could not be written", async () => {
    const file = join(folder, "no", "such", "folder", "instance.backup");
    await expect(backupTo(file, source(databaseUrl, folderBlobs(folder)))).rejects.toThrow("ENOENT");
    await mkdir(join(folder, "is-a-folder"));
    expect(await reason(backupTo(join(folder, "is-a-folder"), source(databaseUrl, folderBlobs(folder))))).toContain(
      "exists already",
    );
  });
});

async function manifestOf(file: string) {
  const { unpack } = await tar(file);
  return { manifest: JSON.parse(unpack[0]?.[1] ?? "") as unknown };
}

/** A backup's entries as text, and a way to write them again without new sums. */
async function tar(file: string) {
  const reader = extract();
  reader.end(zstdDecompressSync(await readFile(file)));
  const unpack: [string, string][] = [];
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    unpack.push([entry.header.name, Buffer.concat(chunks).toString()]);
  }
  return {
    unpack,
    async pack(target: string, entries: [string, string][]) {
      const writer = createPack();
      for (const [name, content] of entries) writer.entry({ name }, content);
      writer.finalize();
      const chunks: Buffer[] = [];
      for await (const chunk of writer as AsyncIterable<Buffer>) chunks.push(chunk);
      const output = await open(target, "w");
      await output.writeFile(zstdCompressSync(Buffer.concat(chunks)));
      await output.close();
    },
  };
}
