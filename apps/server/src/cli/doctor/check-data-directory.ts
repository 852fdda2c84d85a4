import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "@mindmesh/kernel/config";
import { inBytes } from "../amounts.ts";
import { type Finding, good, note, problem, warning } from "./finding.ts";

const megabyte = 1024 * 1024;

/** The data directory: its rights, its room, and the secret key in it. */
export async function checkDataDirectory(config: Config): Promise<Finding[]> {
  const folder = config.dataDirectory;
  const found = await stat(folder).catch(() => null);
  if (found === null) {
    const parent = await access(dirname(folder), constants.W_OK).then(
      () => true,
      () => false,
    );
    return [
      parent
        ? note(`The data directory ${folder} does not exist yet: the first start makes it`)
        : problem(`The data directory ${folder} does not exist and cannot be made`, "Make it, or set DATA_DIR."),
    ];
  }
  if (!found.isDirectory()) return [problem(`${folder} is not a folder`, "Point DATA_DIR to a folder.")];
  const writable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!writable) {
    return [problem(`This user may not write ${folder}`, `chown -R "$(id -un)" ${folder}, or set another DATA_DIR.`)];
  }
  return [await checkRoom(folder), await checkSecretKey(config)];
}

async function checkRoom(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${inBytes(free)} free in ${folder}`;
  if (free < 200 * megabyte)
    return problem(`Only ${text}`, "Make room now: nothing new can be stored when it is full.");
  if (free < 2048 * megabyte) return warning(`Only ${text}`, "Make room, or move DATA_DIR to a larger disk.");
  return good(text);
}

async function checkSecretKey(config: Config): Promise<Finding> {
  const file = join(config.dataDirectory, "secret.key");
  const found = await stat(file).catch(() => null);
  if (found === null) {
    return config.SECRET_KEY === undefined
      ? note(`${file} does not exist yet: the first start makes it`)
      : good("The secret key comes from SECRET_KEY; backups do not contain it");
  }
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8);
    return problem(
      `Others may read ${file} (mode ${mode}): with it they can read all provider keys`,
      `chmod 600 ${file}`,
    );
  }
  return good(`${file} is readable by its owner alone`);
}
