import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import pg from "pg";
import { type MigrationOwner, ensureRole } from "../db/index.ts";
import { deadAfterSeconds } from "../servers/index.ts";
import type { BlobStore } from "../storage/index.ts";
import { type ArchiveEntry, readArchive } from "./archive-reader.ts";
import { BackupError } from "./backup-error.ts";
import type { Progress } from "./create-backup.ts";
import type { Sequence } from "./instance-tables.ts";
import { type TableLoader, loadTables, setSequences } from "./load-tables.ts";
import { type Ending, type Manifest, names } from "./manifest.ts";
import { buildSchemas, checkMigrationsKnown, completeSchemas, dropSchemas } from "./rebuild-schemas.ts";
import { keysIn, readSecretKeyFile, secretKeyId, writeSecretKeyFile } from "./secret-key-file.ts";
import { sessionSettings } from "./session-settings.ts";

export interface RestoreTarget {
  databaseUrl: string;
  owners: MigrationOwner[];
  blobs: BlobStore;
  dataDirectory: string;
  /** Keys of the environment, the current one first; none where secret.key is used. */
  environmentKeys: string[];
}

export interface RestoreResult {
  manifest: Manifest;
  rows: number;
  files: number;
  missingFiles: string[];
  /** False: stored provider keys stay unreadable until the key is given that the backup was made under. */
  secretKeyFits: boolean;
}

/** What a backup holds, found out by reading all of it. */
export interface CheckedBackup {
  file: string;
  bytes: number;
  manifest: Manifest;
  ending: Ending;
}

/**
 * Reads a whole backup and compares its sums, touching nothing.
 * @throws BackupError when it is damaged, of a newer program or no backup
 */
export async function checkBackup(file: string, owners: MigrationOwner[], progress: Progress): Promise<CheckedBackup> {
  const path = resolve(file);
  const { size } = await stat(path).catch((cause: unknown) => {
    throw new BackupError(`There is no file ${path}.`, { cause });
  });
  let manifest: Manifest | undefined;
  const ending = await readArchive(path, {
    progress: (bytes) => progress(bytes / size, "checking"),
    manifest: async (found) => {
      await checkMigrationsKnown(found.migrations, owners, found.program);
      manifest = found;
    },
    entry: async ({ content }) => {
      for await (const _ of content);
    },
  });
  if (!manifest) throw new BackupError(`${path} is not a backup of Mindmesh.`);
  return { file: path, bytes: size, manifest, ending };
}

/** Whether nobody has an account here yet. @throws BackupError while a server uses the database */
export async function inspectTarget(databaseUrl: string): Promise<{ empty: boolean; people: number }> {
  return connected(databaseUrl, async (client) => {
    await refuseWhileServersRun(client);
    const people = await countPeople(client);
    return { empty: people === 0, people };
  });
}

/**
 * Makes this instance what the backup was, in one transaction: until its end, and when it fails or is killed, the
 * database is as before. Files are stored before it ends and named by ids, so that those of a restore that failed are
 * in nobody's way; the server removes them after a day.
 * @param replace allows to delete what is there
 * @throws BackupError
 */
export async function restoreBackup(
  target: RestoreTarget,
  backup: CheckedBackup,
  { replace, signal }: { replace: boolean; signal?: AbortSignal },
  progress: Progress,
): Promise<RestoreResult> {
  return connected(target.databaseUrl, async (client) => {
    // A server that is started now waits in its migration until the end.
    await client.query("SELECT pg_advisory_lock(hashtext('mindmesh.migrate'))");
    await refuseWhileServersRun(client);
    const people = await countPeople(client);
    if (people > 0 && !replace) {
      throw new BackupError(
        `This instance is in use: it has ${people} ${people === 1 ? "account" : "accounts"}. ` +
          "Restore into an empty one, or delete everything here first with --replace.",
      );
    }
    await ensureRole(client);
    const ownKeys = keysIn(await readSecretKeyFile(target.dataDirectory));
    await client.query(`BEGIN; ${sessionSettings}`);
    const restored = await fill(client, target, backup, signal, progress);
    const allKeys = [...new Set([...restored.keys, ...ownKeys])];
    // The backup's keys only read until the commit, and are the current ones after it: whatever happens in between,
    // nothing that is stored becomes unreadable.
    if (restored.keys.length > 0) {
      await writeSecretKeyFile(target.dataDirectory, [...new Set([...ownKeys, ...restored.keys])]);
    }
    await client.query("COMMIT");
    if (restored.keys.length > 0) await writeSecretKeyFile(target.dataDirectory, allKeys);
    progress(1, "gathering statistics");
    await client.query("ANALYZE");
    const known = [...target.environmentKeys, ...allKeys].map(secretKeyId);
    return {
      manifest: backup.manifest,
      rows: Object.values(backup.ending.rows).reduce((sum, count) => sum + count, 0),
      files: restored.files,
      missingFiles: backup.ending.missingFiles,
      secretKeyFits: known.includes(backup.manifest.secretKeyId),
    };
  });
}

async function fill(
  client: pg.Client,
  { owners, blobs }: RestoreTarget,
  backup: CheckedBackup,
  signal: AbortSignal | undefined,
  progress: Progress,
): Promise<{ keys: string[]; files: number }> {
  const { manifest } = backup;
  const schemas = owners.map(({ schema }) => schema);
  await dropSchemas(client, owners);
  await buildSchemas(client, owners, manifest.migrations);
  const loader = await loadTables(client, schemas, manifest.tables);
  let sequences: Sequence[] = [];
  const restored = { keys: [] as string[], files: 0 };

  async function take({ name, content }: ArchiveEntry): Promise<void> {
    signal?.throwIfAborted();
    if (name === names.secretKey) restored.keys = keysIn(await textOf(content));
    else if (name === names.sequences) sequences = JSON.parse(await textOf(content)) as Sequence[];
    else if (name.startsWith("tables/")) await loader.write(name.split("/")[1] ?? "", content);
    else if (name.startsWith("files/")) {
      await blobs.put(name.slice("files/".length), content);
      restored.files += 1;
    } else throw new BackupError(`This backup holds ${name}, which this Mindmesh does not know. Update it first.`);
  }

  let what = "tables";
  await readArchive(backup.file, {
    progress: (bytes) => progress(bytes / backup.bytes, what),
    manifest: () => undefined,
    entry: (entry) => {
      what = entry.name.startsWith("tables/") ? (entry.name.split("/")[1] ?? "") : "files";
      return take(entry);
    },
  });
  progress(1, "checking references");
  await end(client, loader, backup.ending, sequences);
  await completeSchemas(client, owners);
  return restored;
}

async function end(client: pg.Client, loader: TableLoader, ending: Ending, sequences: Sequence[]): Promise<void> {
  await loader.finish(ending.rows);
  await setSequences(client, sequences);
  // Devices may have seen events that the backup does not know. Numbers go on from beyond all that were ever given out
  // (a clock in milliseconds runs ahead of any counter), the log is empty: every device loads everything anew.
  await client.query(
    `INSERT INTO kernel.event_heads AS h (workspace_id, seq)
     SELECT id, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM kernel.workspaces
     ON CONFLICT (workspace_id) DO UPDATE SET seq = greatest(h.seq + 1, excluded.seq)`,
  );
}

async function connected<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "mindmesh-restore" });
  let lost: Error | undefined;
  client.on("error", (error) => (lost = error));
  await client.connect();
  try {
    return await work(client);
  } catch (error) {
    throw lost ?? error;
  } finally {
    await client.end(); // an open transaction ends with it, undone
  }
}

/** 0 where Mindmesh was never started. */
async function countPeople(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>("SELECT to_regclass('kernel.people') IS NOT NULL AS there");
  if (!rows[0]?.there) return 0;
  const counted = await client.query<{ count: number }>("SELECT count(*)::int AS count FROM kernel.people");
  return counted.rows[0]?.count ?? 0;
}

async function refuseWhileServersRun(client: pg.Client): Promise<void> {
  const { rows: there } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('kernel.servers') IS NOT NULL AS there",
  );
  if (!there[0]?.there) return;
  const { rows } = await client.query<{ host: string; pid: number }>(
    "SELECT host, pid FROM kernel.servers WHERE heartbeat_at > now() - make_interval(secs => $1)",
    [deadAfterSeconds],
  );
  if (rows.length === 0) return;
  const who = rows.map(({ host, pid }) => `process ${pid} on ${host}`).join(", ");
  throw new BackupError(
    `A server uses this database (${who}). Stop it first; one that was killed counts for ${deadAfterSeconds} more seconds.`,
  );
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
