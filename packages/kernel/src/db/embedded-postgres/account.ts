import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { chown, lchown, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../start-error.ts";

/**
 * Under which account PostgreSQL runs: `self`, or, since it refuses to be root, an unprivileged user of this machine.
 * That user may be unable to reach the folders, such as a clone under /root (mode 0700). Then it gets one capability
 * that lets it pass through them; of the two, reading everywhere is the lesser, and containers often lack it.
 */
export type Account =
  | { kind: "self" }
  | { kind: "user"; uid: number; gid: number; capability?: "dac_read_search" | "dac_override" };

const candidates = ["postgres", "nobody"];

/** The account for a PostgreSQL that works on `folder` with the program `postgres`. Throws StartError when root has none. */
export async function chooseAccount(folder: string, postgres: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { kind: "self" };
  const users = await unprivilegedUsers();
  for (const capability of [undefined, "dac_read_search", "dac_override"] as const) {
    for (const user of users) {
      const account: Account = { kind: "user", ...user, ...(capability && { capability }) };
      if (await canReach(account, folder, postgres)) return account;
    }
  }
  throw new StartError(
    `PostgreSQL must not run as root, and none of the users ${candidates.join(", ")} can reach both ${folder} and ` +
      `${postgres}. Put the project and DATA_DIR where every user may enter (for example under /opt, or \`chmod o+x\` the ` +
      `closed folders above them), start as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Starts a program under `account`, in a session of its own so that Ctrl-C in the terminal does not reach it. */
export function spawnAs(account: Account, program: string, args: string[], options: SpawnOptions): ChildProcess {
  const common = { ...options, env: environment(), detached: process.platform !== "win32", windowsHide: true };
  if (account.kind === "self") return spawn(program, args, common);
  const { uid, gid, capability } = account;
  if (capability === undefined) return spawn(program, args, { ...common, uid, gid });
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  // Without the securebit access(2), which initdb asks about its programs, leaves the capability out of account.
  const capabilities = ["--securebits=+no_setuid_fixup", `--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
  return spawn("setpriv", [...identity, ...capabilities, "--", program, ...args], common);
}

/** Gives `folder` with everything in it to `account`, if root started it and it is not so already. */
export async function giveFolderTo(account: Account, folder: string): Promise<void> {
  if (account.kind === "self") {
    const owner = (await stat(folder)).uid;
    const self = process.getuid?.();
    if (self === undefined || owner === self) return;
    throw new StartError(
      `${folder} belongs to user ${owner}, and this is user ${self}: it was probably started as another user before. ` +
        `Start as that user again, or run \`sudo chown -R ${self} ${JSON.stringify(folder)}\`.`,
    );
  }
  const { uid, gid } = account;
  if ((await stat(folder)).uid === uid) return;
  for (const name of await readdir(folder, { recursive: true })) await lchown(path.join(folder, name), uid, gid);
  await chown(folder, uid, gid); // last: what is interrupted half-way is done again
}

// PostgreSQL gets no variable of ours: neither the server's secrets nor a PG* setting that would change what it does.
function environment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP"];
  return Object.fromEntries([...kept.map((name) => [name, process.env[name]]), ["LC_ALL", "C"]]) as NodeJS.ProcessEnv;
}

async function unprivilegedUsers(): Promise<{ uid: number; gid: number }[]> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const rows = passwd.split("\n").map((line) => line.split(":"));
  return candidates.flatMap((name) => {
    const row = rows.find((fields) => fields[0] === name);
    return row ? [{ uid: Number(row[2]), gid: Number(row[3]) }] : [];
  });
}

async function canReach(account: Account, folder: string, postgres: string): Promise<boolean> {
  // Asked of the kernel rather than worked out from modes: access lists and mount options count too.
  const script = 'cd "$1" && exec "$2" --version';
  const child = spawnAs(account, "/bin/sh", ["-c", script, "sh", path.dirname(folder), postgres], {
    stdio: "ignore",
    cwd: "/",
  });
  const [code] = await once(child, "exit").catch(() => [1]);
  return code === 0;
}
