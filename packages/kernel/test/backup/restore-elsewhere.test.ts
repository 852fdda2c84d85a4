import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openLive } from "@mindmesh/client/live";
import { secretKeyId } from "@mindmesh/kernel/backup";
import { startS3Server } from "@mindmesh/s3-server";
import { openBlobStore } from "@mindmesh/kernel/storage";
import { eventually, instanceRows, skipUnless, startTestServer } from "@mindmesh/test-support";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { backupTo, folderBlobs, places, restoreFrom, run, source } from "./instances.ts";

const text = (bytes: Buffer[]) => Buffer.concat(bytes).toString("latin1");

let at: ReturnType<typeof places>;
beforeEach(() => {
  at = places();
});
afterEach(() => at.remove());

/** Somebody's instance: accounts, conversations in many scripts, a file with a thumbnail to be, waiting jobs. */
async function usedInstance(dataDirectory: string, databaseUrl: string) {
  const server = await startTestServer({ databaseUrl, dataDirectory });
  const person = await server.signUp("Åsa Öberg");
  await server.signUp("王小明");
  const params = { workspaceId: person.workspaceId };
  for (const title of ["Tabs\tand\nlines \\ backslash \\N", "🦊 emoji, ünïcödé, العربية", "plain"]) {
    await person.chat.createConversation({ params, body: { title, systemPrompt: `${title}\r\n`.repeat(50) } });
  }
  const upload = await person.fetch(`/api/workspaces/${person.workspaceId}/files?name=notes.txt`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: "A file.\n".repeat(10_000),
  });
  expect(upload.status, await upload.clone().text()).toBe(201);
  const file = (await upload.json()) as { id: string };
  await eventually(async () => {
    const [row] = await server.sql<{ text_state: string }>("SELECT text_state FROM kernel.files");
    expect(row?.text_state).toBe("ready");
  });
  return { server, person, fileKey: `${person.workspaceId}/${file.id}` };
}

skipUnless("nativePostgres")("an instance on the embedded database", () => {
  it("is the same, row by row and byte by byte, on a native PostgreSQL with S3 and back again", async () => {
    const [home, away, back] = [await at.folder(), await at.folder(), await at.folder()];
    const homeUrl = await at.database(inject("databaseUrl"));
    const awayUrl = await at.database(inject("nativePostgresUrl") ?? "");
    const backUrl = await at.database(inject("databaseUrl"));
    const credentials = { accessKeyId: "key", secretAccessKey: "secret", region: "auto", bucket: "mindmesh" };
    const s3 = await startS3Server(credentials);
    const s3Blobs = openBlobStore({
      dataDirectory: away,
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: credentials.bucket,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      S3_REGION: credentials.region,
    });
    const { server, fileKey } = await usedInstance(home, homeUrl);
    await server.close();
    const before = await instanceRows(homeUrl);
    expect(before["chat.conversations"]).toMatch(/^3 rows/);
    expect(before["pgboss.job"]).not.toMatch(/^0 rows/);

    const first = join(home, "first.backup");
    const made = await backupTo(first, source(homeUrl, folderBlobs(home)));
    expect(made).toMatchObject({ files: 1, missingFiles: [] });
    expect((await stat(first)).mode & 0o777).toBe(0o600);
    await restoreFrom(first, { databaseUrl: awayUrl, blobs: s3Blobs, dataDirectory: away });
    expect(await instanceRows(awayUrl)).toEqual(before);
    const stored = await s3Blobs.get(fileKey);
    expect(text(await stored.toArray())).toBe("A file.\n".repeat(10_000));

    const second = join(away, "second.backup");
    await backupTo(second, source(awayUrl, s3Blobs));
    await restoreFrom(second, { databaseUrl: backUrl, blobs: folderBlobs(back), dataDirectory: back });
    expect(await instanceRows(backUrl)).toEqual(before);
    expect(text(await (await folderBlobs(back).get(fileKey)).toArray())).toBe("A file.\n".repeat(10_000));
    await s3.close();
  });
});

describe("a server on a restored instance", () => {
  it("knows who was signed in, goes on with its jobs, and makes every device load anew", async () => {
    const [home, away] = [await at.folder(), await at.folder()];
    const homeUrl = await at.database(inject("databaseUrl"));
    const awayUrl = await at.database(inject("databaseUrl"));
    const { server, person } = await usedInstance(home, homeUrl);
    const params = { workspaceId: person.workspaceId };
    const file = join(home, "instance.backup");
    await backupTo(file, source(homeUrl, folderBlobs(home)));
    // The device sees one more event, which the backup does not know.
    await person.chat.createConversation({ params, body: { title: "After the backup" } });
    const { eventSeq } = (await person.identity.me({})).workspaces[0] ?? { eventSeq: 0 };
    await server.close();
    await restoreFrom(file, { databaseUrl: awayUrl, blobs: folderBlobs(away), dataDirectory: away });

    const restored = await startTestServer({ databaseUrl: awayUrl, dataDirectory: away });
    const again = await fetch(`${restored.url}/api/me`, { headers: { cookie: person.cookie } });
    expect(again.status).toBe(200);
    const fresh = (await again.json()) as typeof person.me;
    expect(fresh.workspaces[0]?.eventSeq).toBeGreaterThan(eventSeq);
    for (const seq of [eventSeq, eventSeq - 1, 0]) {
      const resynced: string[] = [];
      const live = openLive({
        baseUrl: restored.url,
        headers: { authorization: `Bearer ${person.accessToken}` },
        onEvent: () => undefined,
        onResync: (workspaceId) => resynced.push(workspaceId),
      });
      live.follow(person.workspaceId, seq);
      await eventually(() => expect(resynced).toEqual([person.workspaceId]));
      live.close();
    }
    await restored.close();
  });
});

describe("the secret key", () => {
  it("comes back with the backup as the current one, before those that were here", async () => {
    const [home, away] = [await at.folder(), await at.folder()];
    const homeUrl = await at.database(inject("databaseUrl"));
    const awayUrl = await at.database(inject("databaseUrl"));
    const { server } = await usedInstance(home, homeUrl);
    await server.close();
    const file = join(home, "instance.backup");
    const key = "k".repeat(43);
    await writeFile(join(away, "secret.key"), `${"o".repeat(43)}\n`);
    await backupTo(
      file,
      source(homeUrl, folderBlobs(home), { secretKeyFile: `${key}\n`, secretKeyId: secretKeyId(key) }),
    );
    const result = await restoreFrom(file, { databaseUrl: awayUrl, blobs: folderBlobs(away), dataDirectory: away });
    expect(result.secretKeyFits).toBe(true);
    expect(await readFile(join(away, "secret.key"), "utf8")).toBe(`${key}\n${"o".repeat(43)}\n`);
    expect((await stat(join(away, "secret.key"))).mode & 0o777).toBe(0o600);
    expect(await run(awayUrl, "SELECT count(*)::int AS people FROM kernel.people")).toEqual([{ people: 2 }]);
  });

  it("is asked for when it stayed in the environment that the backup came from", async () => {
    const [home, away] = [await at.folder(), await at.folder()];
    const homeUrl = await at.database(inject("databaseUrl"));
    const awayUrl = await at.database(inject("databaseUrl"));
    const { server } = await usedInstance(home, homeUrl);
    await server.close();
    const file = join(home, "instance.backup");
    await backupTo(file, source(homeUrl, folderBlobs(home)));
    const into = { databaseUrl: awayUrl, blobs: folderBlobs(away), dataDirectory: away };
    expect(await restoreFrom(file, { ...into, environmentKeys: ["another key"] })).toMatchObject({
      secretKeyFits: false,
    });
    const second = join(home, "second.backup");
    await backupTo(second, source(homeUrl, folderBlobs(home), { secretKeyId: secretKeyId("the right key") }));
    expect(await restoreFrom(second, { ...into, environmentKeys: ["the right key"] }, true)).toMatchObject({
      secretKeyFits: true,
    });
  });
});
