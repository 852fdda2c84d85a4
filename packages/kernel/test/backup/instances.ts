import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import {
  type BackupSource,
  type RestoreTarget,
  checkBackup,
  createBackup,
  restoreBackup,
} from "@mindmesh/kernel/backup";
import { type MigrationOwner, kernelMigrations, migrate } from "@mindmesh/kernel/db";
import { type BlobStore, openBlobStore } from "@mindmesh/kernel/storage";
import pg from "pg";

export const owners: MigrationOwner[] = [
  kernelMigrations,
  { schema: "chat", folder: new URL("../../../../products/chat/migrations/", import.meta.url) },
  { schema: "query", folder: new URL("../../../../products/query/migrations/", import.meta.url) },
];

const silent = () => undefined;
const s3Defaults = { S3_ENDPOINT: undefined, S3_BUCKET: undefined, S3_ACCESS_KEY_ID: undefined, S3_REGION: "auto" };

/** Databases and folders of a test, and `remove` for all of them. */
export function places() {
  const undo: (() => Promise<unknown>)[] = [];
  return {
    /** An empty folder. */
    async folder(): Promise<string> {
      const path = await mkdtemp(join(tmpdir(), "mindmesh-backup-"));
      undo.push(() => rm(path, { recursive: true, force: true }));
      return path;
    },
    /** An empty database on a server. */
    async database(serverUrl: string): Promise<string> {
      const name = `backup_${randomBytes(8).toString("hex")}`;
      await run(serverUrl, `CREATE DATABASE ${name}`);
      undo.push(() => run(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async remove(): Promise<void> {
      for (const each of undo.toReversed()) await each();
    },
  };
}

/** Blobs in a folder. */
export function folderBlobs(dataDirectory: string): BlobStore {
  return openBlobStore({ ...s3Defaults, dataDirectory, S3_SECRET_ACCESS_KEY: undefined });
}

/** A migrated instance without people. */
export async function emptyInstance(databaseUrl: string): Promise<void> {
  await migrate(databaseUrl, owners);
}

export function source(databaseUrl: string, blobs: BlobStore, rest: Partial<BackupSource> = {}): BackupSource {
  return { databaseUrl, owners, blobs, secretKeyFile: null, secretKeyId: "of a test", program: "1.0.0", ...rest };
}

export function backupTo(file: string, from: BackupSource) {
  return createBackup(from, { file }, silent);
}

export async function restoreFrom(
  file: string,
  into: Partial<RestoreTarget> & Pick<RestoreTarget, "databaseUrl" | "blobs" | "dataDirectory">,
  replace = false,
) {
  const target = { owners, environmentKeys: [], ...into };
  return restoreBackup(target, await checkBackup(file, target.owners, silent), { replace }, silent);
}

export async function run<Row extends pg.QueryResultRow>(databaseUrl: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return client.query<Row>(statement).then(
    async ({ rows }) => {
      await client.end();
      return rows;
    },
    async (error: unknown) => {
      await client.end();
      throw error;
    },
  );
}
