import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Role } from "@mindmesh/contracts/identity";
import { createTestDatabase } from "@mindmesh/test-support";
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { v7 as newId } from "uuid";
import { openDatabase } from "../../src/db/index.ts";
import type { Database } from "../../src/db/index.ts";
import { handleErrors } from "../../src/http/index.ts";
import { openJobs } from "../../src/jobs/index.ts";
import { openNotifications } from "../../src/realtime/index.ts";
import { blobKey } from "../../src/storage/blobs/blob-store.ts";
import type { BlobStore } from "../../src/storage/blobs/blob-store.ts";
import { createFolderStore } from "../../src/storage/blobs/folder-store.ts";
import { defaultUploadLimits, fileJobs, fileRoutesOn, processFile } from "../../src/storage/index.ts";
import type { FileGrant, UploadLimits } from "../../src/storage/index.ts";

export type Person = { id: string; workspaceId: string; role: Role };

/**
 * The file routes on a real port, with a real database and a real folder (or another store). Whoever sends
 * `Authorization: Bearer <person id>` is that person: signing in is not what is tested here.
 */
export async function startFileServer(
  settings: {
    limits?: Partial<UploadLimits>;
    store?: BlobStore;
    openForWriting?: Parameters<typeof createFolderStore>[1];
    grants?: FileGrant[];
    /** Uploads are processed by the real queue; otherwise `process` does it when the test wants. */
    withJobs?: boolean;
  } = {},
) {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-files-"));
  const blobs = settings.store ?? createFolderStore(folder, settings.openForWriting);
  const people: Person[] = [];
  const enqueued: string[] = [];

  const app = Fastify({ forceCloseConnections: true }) as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  handleErrors(app);
  app.decorateRequest("caller", null);
  app.decorate("rateLimit", () => Promise.resolve());
  app.decorate("authentication", {
    caller: (request) => {
      const person = people.find(({ id }) => request.headers.authorization === `Bearer ${id}`);
      if (!person) return Promise.resolve(null);
      const scopes = new Set(["read", "write", "admin"] as const);
      const via = { kind: "session", sessionId: newId() } as const;
      return Promise.resolve({ personId: person.id, name: "", email: "", isInstanceOwner: false, via, scopes });
    },
    program: () => Promise.resolve(null),
    member: (caller, workspaceId) => {
      const person = people.find((each) => each.id === caller.personId && each.workspaceId === workspaceId);
      return Promise.resolve(person ? { ...caller, workspaceId, role: person.role } : null);
    },
  });
  const queue = settings.withJobs ? await startQueue(db, blobs) : null;
  fileRoutesOn(app, {
    db,
    blobs,
    limits: { ...defaultUploadLimits, ...settings.limits },
    grants: settings.grants ?? [],
    enqueueProcessing: queue?.enqueueProcessing ?? ((_tx, { fileId }) => Promise.resolve(enqueued.push(fileId))),
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });

  async function addWorkspace(): Promise<string> {
    const id = newId();
    await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Test')", [id]);
    return id;
  }

  async function addPerson(workspaceId: string, role: Role = "member"): Promise<Person> {
    const person = { id: newId(), workspaceId, role };
    await db.pool.query("INSERT INTO kernel.people (id, email, name) VALUES ($1, $2, 'Somebody')", [
      person.id,
      `${person.id}@example.org`,
    ]);
    people.push(person);
    return person;
  }

  const pathFor = (person: Person, path: string) => `${url}/api/workspaces/${person.workspaceId}${path}`;
  const as = (person: Person, path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${person.id}`);
    return fetch(pathFor(person, path), { ...init, headers });
  };

  return {
    app,
    db,
    blobs,
    url,
    enqueued,
    addWorkspace,
    addPerson,
    pathFor,
    as,
    upload: (person: Person, name: string, content: string | Buffer<ArrayBuffer>, init: RequestInit = {}) =>
      as(person, `/files?name=${encodeURIComponent(name)}`, { method: "POST", body: content, ...init }),
    process: (person: Person, id: string) => processFile({ db, blobs }, { workspaceId: person.workspaceId, id }),
    /** Every row and every blob, unfinished ones too: what an upload that failed may not add to. */
    async contents() {
      const rows = await db.pool.query<{ id: string; workspace_id: string }>(
        "SELECT id, workspace_id FROM kernel.files ORDER BY id",
      );
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      return {
        rows: rows.rows.map((row) => blobKey({ workspaceId: row.workspace_id, id: row.id })),
        blobs: found.filter((entry) => entry.isFile()).map((entry) => entry.name),
      };
    },
    async close() {
      await app.close();
      await queue?.stop();
      await db.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

async function startQueue(db: Database, blobs: BlobStore) {
  const onError = (error: unknown) => {
    throw error;
  };
  const notifications = await openNotifications(db.url, onError);
  const jobs = await openJobs({ db, notifications, role: "all", alone: true, onError });
  const { definitions, enqueueProcessing } = fileJobs({ db, blobs, jobs });
  await jobs.start(definitions);
  const stop = async () => {
    await jobs.stop();
    await notifications.close();
  };
  return { enqueueProcessing, stop };
}

export type FileServer = Awaited<ReturnType<typeof startFileServer>>;
