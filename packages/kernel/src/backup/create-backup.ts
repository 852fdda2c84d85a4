import { access } from "node:fs/promises";
import { resolve } from "node:path";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { type MigrationOwner, appliedMigrations } from "../db/index.ts";
import { type BlobStore, blobKey } from "../storage/index.ts";
import { type ArchiveWriter, createArchive } from "./archive-writer.ts";
import { BackupError } from "./backup-error.ts";
import { type Table, instanceTables, quoted, readSequences } from "./instance-tables.ts";
import { formatVersion, type Manifest, names } from "./manifest.ts";
import { sessionSettings } from "./session-settings.ts";

/** Parts of a table, in bytes: the most that is in memory at once. */
const partBytes = 4 * 1024 * 1024;

export interface BackupSource {
  databaseUrl: string;
  /** The owners of schemas in this program. */
  owners: MigrationOwner[];
  blobs: BlobStore;
  /** Content of secret.key; null where the environment alone has the key. */
  secretKeyFile: string | null;
  secretKeyId: string;
  /** Version of this program. */
  program: string;
}

/** Share of the work that is done (0 to 1), and what is being done. */
export type Progress = (share: number, what: string) => void;

export interface BackupResult {
  bytes: number;
  rows: number;
  files: number;
  missingFiles: string[];
}

/**
 * Writes the whole instance to one file, as it was at one moment, while servers go on working. Under the file's name
 * there is a complete backup or nothing.
 * @param replace overwrites a file of that name
 * @throws BackupError
 */
export async function createBackup(
  source: BackupSource,
  target: { file: string; replace?: boolean; signal?: AbortSignal },
  progress: Progress,
): Promise<BackupResult> {
  const file = resolve(target.file);
  if (!target.replace && (await exists(file))) {
    throw new BackupError(`${file} exists already. Choose another name, or overwrite it with --force.`);
  }
  const client = new pg.Client({ connectionString: source.databaseUrl, application_name: "mindmesh-backup" });
  let lost: Error | undefined;
  client.on("error", (error) => (lost = error));
  await client.connect();
  try {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; ${sessionSettings}`);
    const archive = await createArchive(file);
    try {
      return await writeAll(client, archive, source, target.signal, progress);
    } catch (error) {
      await archive.abandon();
      throw lost ?? error;
    }
  } finally {
    await client.end();
  }
}

async function writeAll(
  client: pg.Client,
  archive: ArchiveWriter,
  source: BackupSource,
  signal: AbortSignal | undefined,
  progress: Progress,
): Promise<BackupResult> {
  const schemas = source.owners.map(({ schema }) => schema);
  const tables = await instanceTables(client, schemas);
  if (!tables.some(({ schema, name }) => schema === "kernel" && name === "people")) {
    throw new BackupError("This database holds no Mindmesh: there is nothing to back up. Start the server once.");
  }
  // Nobody changes a table's form until the end; rows may change, the snapshot does not see it.
  await client.query(`LOCK TABLE ${tables.map((table) => quoted(client, table)).join(", ")} IN ACCESS SHARE MODE`);
  const { rows: counts } = await client.query<{ count: number; bytes: number; version: string }>(
    `SELECT count(*)::int AS count, coalesce(sum(bytes), 0)::float8 AS bytes, current_setting('server_version') AS version
     FROM kernel.files WHERE state = 'ready'`,
  );
  const files = { count: counts[0]?.count ?? 0, bytes: counts[0]?.bytes ?? 0 };
  const migrations: Manifest["migrations"] = {};
  for (const schema of schemas) migrations[schema] = await appliedMigrations(client, schema);
  await archive.add(
    names.manifest,
    Buffer.from(
      JSON.stringify({
        format: formatVersion,
        program: source.program,
        createdAt: new Date().toISOString(),
        postgres: counts[0]?.version ?? "",
        migrations,
        tables: tables.map(({ schema, name, columns }) => ({ schema, name, columns })),
        files,
        secretKeyIncluded: source.secretKeyFile !== null,
        secretKeyId: source.secretKeyId,
      } satisfies Manifest),
    ),
  );
  if (source.secretKeyFile !== null) await archive.add(names.secretKey, Buffer.from(source.secretKeyFile));
  await archive.add(names.sequences, Buffer.from(JSON.stringify(await readSequences(client, schemas))));

  const total = tables.reduce((sum, table) => sum + table.bytes, 0) + files.bytes + 1;
  let done = 0;
  const rows: Record<string, number> = {};
  for (const table of tables) {
    const name = `${table.schema}.${table.name}`;
    rows[name] = await writeTable(client, archive, table, signal, (bytes) =>
      progress((done + Math.min(bytes, table.bytes)) / total, name),
    );
    done += table.bytes;
  }
  const missingFiles: string[] = [];
  let stored = 0;
  for await (const { key, row } of fileKeys(client)) {
    signal?.throwIfAborted();
    const size = await source.blobs.head(key);
    if (size === null) {
      // The upload of a file is complete before its row says `ready`; a thumbnail may be gone and is made again.
      if (!key.endsWith(".thumbnail")) missingFiles.push(key);
      continue;
    }
    await archive.addStream(names.file(key), size.bytes, await source.blobs.get(key));
    stored += 1;
    if (row) done += row.bytes;
    progress(done / total, "files");
  }
  const bytes = await archive.finish({ rows, missingFiles });
  return { bytes, rows: Object.values(rows).reduce((sum, count) => sum + count, 0), files: stored, missingFiles };
}

/** Copies a table in parts; returns the number of its rows. */
async function writeTable(
  client: pg.Client,
  archive: ArchiveWriter,
  table: Table,
  signal: AbortSignal | undefined,
  progress: (bytes: number) => void,
): Promise<number> {
  const columns = table.columns.map((column) => client.escapeIdentifier(column)).join(", ");
  // Through SELECT, for a partitioned table cannot be copied by its name.
  const stream = client.query(copyTo(`COPY (SELECT ${columns} FROM ${quoted(client, table)}) TO STDOUT`));
  let waiting: Buffer[] = [];
  let size = 0;
  let part = 0;
  let written = 0;
  const flush = async () => {
    if (size === 0) return;
    await archive.add(names.table(table, part++), Buffer.concat(waiting));
    written += size;
    waiting = [];
    size = 0;
    progress(written);
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    waiting.push(chunk);
    size += chunk.length;
    if (size >= partBytes) await flush();
  }
  await flush();
  return stream.rowCount;
}

/** The keys of all stored files as the snapshot knows them; `row` comes with the first key of a file. */
async function* fileKeys(client: pg.Client): AsyncGenerator<{ key: string; row?: { bytes: number } }> {
  let after = ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"];
  for (;;) {
    const { rows } = await client.query<{
      workspace_id: string;
      id: string;
      bytes: string;
      has_thumbnail: boolean;
    }>(
      `SELECT workspace_id, id, bytes, has_thumbnail FROM kernel.files
       WHERE state = 'ready' AND (workspace_id, id) > ($1, $2) ORDER BY workspace_id, id LIMIT 500`,
      after,
    );
    for (const row of rows) {
      const file = { workspaceId: row.workspace_id, id: row.id };
      yield { key: blobKey(file), row: { bytes: Number(row.bytes) } };
      if (row.has_thumbnail) yield { key: blobKey(file, "thumbnail") };
      after = [row.workspace_id, row.id];
    }
    if (rows.length < 500) return;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
