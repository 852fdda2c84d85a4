import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@mindmesh/kernel/errors";
import { ConnectionFailure, type FileTarget } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";
import { localFile, localFolder } from "./local-files.ts";
import type { SessionDependencies } from "./open-session.ts";
import { storeNewVersion } from "./store-new-version.ts";

/** The files of a connection, fetched to this machine. @throws ConnectionFailure for a file that is gone */
export async function fileTarget(
  dependencies: Pick<SessionDependencies, "db" | "blobs" | "config">,
  row: ConnectionRow,
): Promise<FileTarget> {
  if (row.engine !== "sqlite" && row.engine !== "duckdb") throw new Error(`${row.engine} has no files`);
  const { blobs, config } = dependencies;
  const files: FileTarget["files"] = [];
  for (const { fileId, name, format, table } of row.files) {
    try {
      const file = { workspaceId: row.workspaceId, id: fileId };
      files.push({ path: await localFile(blobs, config.dataDirectory, file), format, table });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "not_found") throw error;
      throw new ConnectionFailure("file", `The file ${name} is gone from the storage. Upload it again.`, error);
    }
  }
  const folder = localFolder(config.dataDirectory);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(folder, "session-"));
  const [first] = row.files;
  const isDatabase = row.files.length === 1 && first !== undefined && first.format === row.engine;
  let current = first?.fileId ?? "";
  return {
    engine: row.engine,
    files,
    scratch,
    store:
      isDatabase && !row.readOnly
        ? async (path) => {
            current = await storeNewVersion(dependencies, row, current, path);
          }
        : null,
    whyNotWritten: isDatabase
      ? "This connection is read-only. An admin can open it for writing in its settings."
      : "CSV, Parquet and Excel files are only read. Change the file itself and upload it again.",
    release: () => rm(scratch, { recursive: true, force: true }),
  };
}
