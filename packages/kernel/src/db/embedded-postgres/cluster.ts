import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../start-error.ts";
import { type Account, spawnAs } from "./account.ts";
import type { PostgresBinaries } from "./binaries.ts";
import type { ClusterPaths } from "./cluster-paths.ts";
import { explainFailure } from "./failures.ts";

/** Owner of the database and of everything in it. */
const databaseUser = "mindmesh";
const databaseName = "mindmesh";

/**
 * Makes the cluster (PostgreSQL's data folder) unless it is there, and gives back the password of `databaseUser`.
 * It is made under another name and renamed when whole, so `cluster` is either absent or finished: one that was
 * interrupted is thrown away and made again, a finished one is never touched.
 */
export async function ensureCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  account: Account,
  options: { progress: (message: string) => void; disposable: boolean },
): Promise<string> {
  await removeUnfinished(paths);
  if (existsSync(paths.data)) {
    await checkVersion(paths, binaries);
    return readPassword(paths);
  }
  options.progress("Making the database (first start only)");
  const password = await writePassword(paths, account);
  const unfinished = `${paths.data}.new-${randomBytes(4).toString("hex")}`;
  await runInitdb(unfinished, paths, binaries, account, options.disposable);
  await runProgram(
    binaries.postgres,
    ["--single", "-D", unfinished, "postgres"],
    account,
    paths,
    `CREATE DATABASE ${databaseName};\n`,
  );
  await rename(unfinished, paths.data);
  await syncFolder(paths.home);
  return password;
}

async function removeUnfinished({ home, data }: ClusterPaths): Promise<void> {
  const prefix = `${path.basename(data)}.new-`;
  for (const name of await readdir(home)) {
    if (!name.startsWith(prefix)) continue;
    // The initdb of a killed server may still be writing there; it ends when its folder is gone.
    await rm(path.join(home, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

async function runInitdb(
  data: string,
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  account: Account,
  disposable: boolean,
): Promise<void> {
  // The character classes of full-text search come from the system's locale even with the built-in provider, so the
  // best one that this machine has is taken; sorting does not depend on it.
  const builtin = binaries.majorVersion >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
  const locales = ["C.UTF-8", "en_US.UTF-8", "C"];
  for (const locale of locales) {
    const places = [
      `--pgdata=${data}`,
      `--username=${databaseUser}`,
      `--pwfile=${paths.passwordFile}`,
      `--locale=${locale}`,
    ];
    const flags = ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--lc-messages=C"];
    if (disposable) flags.push("--no-sync");
    try {
      return await runProgram(binaries.initdb, [...places, ...flags, ...builtin], account, paths);
    } catch (error) {
      const unknownLocale = error instanceof Error && error.message.includes("invalid locale");
      if (!unknownLocale || locale === locales.at(-1)) throw error;
      await rm(data, { recursive: true, force: true });
    }
  }
}

/** Runs one of PostgreSQL's programs to its end with `input`; throws StartError with what it printed when it fails. */
async function runProgram(
  program: string,
  args: string[],
  account: Account,
  paths: ClusterPaths,
  input = "",
): Promise<void> {
  const child = spawnAs(account, program, args, { stdio: ["pipe", "pipe", "pipe"], cwd: paths.home });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin?.on("error", () => {}); // it ended before reading: its exit code says so
  child.stdin?.end(input);
  const ending = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(signal ?? String(code)));
  });
  // Single-user mode ends with 0 after a failed command, so its output decides too.
  if (ending !== "0" || /^.*\b(ERROR|FATAL|PANIC): /m.test(output)) {
    throw new StartError(explainFailure(`${path.basename(program)} failed (${ending})`, output, paths));
  }
}

async function checkVersion(paths: ClusterPaths, binaries: PostgresBinaries): Promise<void> {
  const file = path.join(paths.data, "PG_VERSION");
  const found = (await readFile(file, "utf8").catch(() => "")).trim();
  if (found === String(binaries.majorVersion)) return;
  if (!found) {
    throw new StartError(
      `${paths.data} is not a PostgreSQL data folder (it has no readable PG_VERSION). It is left as it is: ` +
        `restore it from a backup, or move it away to start with an empty database.`,
    );
  }
  throw new StartError(
    `The database in ${paths.data} was made by PostgreSQL ${found}, and this is PostgreSQL ${binaries.majorVersion}, which ` +
      `cannot read it. It is left as it is: start the version of Mindmesh that made it, run \`npm run mindmesh -- backup\` ` +
      `there, and restore that backup here into another DATA_DIR.`,
  );
}

/** The password of `databaseUser`. Throws StartError when its file is gone. */
export async function readPassword(paths: ClusterPaths): Promise<string> {
  const password = (await readFile(paths.passwordFile, "utf8").catch(() => "")).trim();
  if (password) return password;
  throw new StartError(
    `The password of the embedded database is missing: ${paths.passwordFile} cannot be read. Restore that file from a ` +
      `backup of ${paths.home}; without it nobody can sign in to the database in ${paths.data}.`,
  );
}

async function writePassword(paths: ClusterPaths, account: Account): Promise<string> {
  const password = randomBytes(24).toString("base64url");
  await rm(paths.passwordFile, { force: true });
  const file = await open(paths.passwordFile, "wx", 0o600);
  try {
    await file.writeFile(`${password}\n`);
    if (account.kind === "user") await file.chown(account.uid, account.gid); // initdb reads it
    await file.sync();
  } finally {
    await file.close();
  }
  return password;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // a folder cannot be opened there
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

/** Used by the server and by the command line to reach a running cluster. */
export function connectionString(port: number, password: string): string {
  return `postgres://${databaseUser}:${password}@127.0.0.1:${port}/${databaseName}`;
}
