import { access, constants, readdir } from "node:fs/promises";
import path from "node:path";

/** The folder with initdb and postgres of the newest PostgreSQL that this machine has of its own, or null. */
export async function findNativePostgres(): Promise<string | null> {
  const debian = "/usr/lib/postgresql";
  const versions = (await readdir(debian).catch(() => [])).map(Number).sort((a, b) => b - a);
  for (const version of versions) {
    const folder = path.join(debian, String(version), "bin");
    if (await isProgram(path.join(folder, "initdb"))) return folder;
  }
  const initdb = await findOnPath("initdb");
  return initdb && path.dirname(initdb);
}

export function findRedis(): Promise<string | null> {
  return findOnPath("redis-server");
}

/** The server of MariaDB and what makes its data directory, or null. Debian keeps the former where only admins look. */
export async function findMariaDb(): Promise<{ server: string; install: string } | null> {
  const server =
    (await findOnPath("mariadbd")) ?? ((await isProgram("/usr/sbin/mariadbd")) ? "/usr/sbin/mariadbd" : null);
  const install = await findOnPath("mariadb-install-db");
  return server && install ? { server, install } : null;
}

export async function findChromium(): Promise<string | null> {
  const macOs = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    const found = await findOnPath(name);
    if (found) return found;
  }
  return (await isProgram(macOs)) ? macOs : null;
}

async function findOnPath(name: string): Promise<string | null> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    // node_modules/.bin holds programs of packages, not of this machine.
    if (!folder.includes("node_modules") && (await isProgram(path.join(folder, name)))) return path.join(folder, name);
  }
  return null;
}

function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
