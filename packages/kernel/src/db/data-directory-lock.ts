import { access, constants, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileTroubleAdvice, StartError } from "./start-error.ts";

const sqliteBusy = 5;

/**
 * Takes the data directory for this process; `release` gives it back. Throws StartError naming the process that has
 * it. The lock is the operating system's own on an open file, taken through SQLite because Node has no call for it: it
 * is atomic and ends with its process however that dies, so neither a kill -9 nor a reused process id can deceive it,
 * and it holds between containers that share the folder. `server.json` beside it only says who holds it.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<() => void> {
  const lockFile = path.resolve(dataDirectory, "server.lock");
  const holderFile = path.resolve(dataDirectory, "server.json");
  try {
    await mkdir(dataDirectory, { recursive: true });
    await access(dataDirectory, constants.W_OK);
    const lock = takeLock(lockFile);
    if (lock === null) throw await inUse(dataDirectory, holderFile);
    await writeFile(holderFile, JSON.stringify({ pid: process.pid, startedAt: new Date().toISOString() }));
    return () => lock.close();
  } catch (error) {
    if (error instanceof StartError) throw error;
    const folder = path.resolve(dataDirectory);
    const reason = error instanceof Error ? error.message : String(error);
    const advice = fileTroubleAdvice(reason, folder) ?? "Point DATA_DIR to another folder.";
    throw new StartError(`The data directory ${folder} cannot be used: ${reason}. ${advice}`, { cause: error });
  }
}

/** The open lock, or null when another process has it. */
function takeLock(file: string): DatabaseSync | null {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy) return null;
    throw error;
  }
}

async function inUse(dataDirectory: string, holderFile: string): Promise<StartError> {
  const text = await readFile(holderFile, "utf8").catch(() => "");
  const holder = /"pid":(\d+),"startedAt":"([^"]+)"/.exec(text); // it may be in the middle of writing it
  const who = holder ? `process ${holder[1]}, since ${holder[2]}` : "another process";
  return new StartError(
    `Mindmesh is already running on ${path.resolve(dataDirectory)} (${who}). Stop it first, or give this one a folder of ` +
      `its own with DATA_DIR.`,
  );
}
