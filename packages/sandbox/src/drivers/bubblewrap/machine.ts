import { constants } from "node:fs";
import { access, readFile, readdir } from "node:fs/promises";
import type { SandboxLanguage } from "../../sandbox.ts";
import { type ControlGroups, findControlGroups } from "./control-group.ts";
import { seccompFilter } from "./seccomp-filter.ts";

/** What this machine has for the wall to stand on. */
export interface Machine {
  bubblewrap: string;
  filter: Buffer;
  /** Null: limits are those of `prlimit`, for each process by itself; the reason is then told. */
  groups: ControlGroups | null;
  withoutGroups: string;
  /** The server is root: it starts the wall in a mount namespace of its own and under a user id that owns nothing. */
  asRoot: boolean;
  programs: Record<SandboxLanguage, string | null>;
  /**
   * Descriptors that this server was started with beyond the standard three and that every program it starts gets too:
   * what a supervisor left open. The launcher closes them.
   */
  strayDescriptors: number[];
  /** The launcher's shell: the small one, unless there are descriptors of two digits to close, which it cannot. */
  launcherShell: string[];
}

// Without --norc it would read root's start files: with a socket for its input it takes itself for a remote shell.
const bash = ["/bin/bash", "--noprofile", "--norc"];

/** `reason` says what is missing and what to do. */
export async function findMachine(): Promise<{ machine: Machine } | { reason: string }> {
  if (process.platform !== "linux") return { reason: "It needs Linux." };
  const bubblewrap = await firstExecutable(["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"]);
  if (bubblewrap === null) return { reason: "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)." };
  const filter = seccompFilter();
  if (filter === null) return { reason: `There is no filter of system calls for ${process.arch} processors.` };
  const asRoot = process.getuid?.() === 0;
  if (asRoot && (await firstExecutable(["/usr/bin/unshare"])) === null) {
    return { reason: "unshare, mount and setpriv (util-linux) are not installed." };
  }
  const found = await findControlGroups();
  const strayDescriptors = await inheritedDescriptors();
  return {
    machine: {
      bubblewrap,
      filter,
      asRoot,
      groups: "groups" in found ? found.groups : null,
      strayDescriptors,
      launcherShell: strayDescriptors.some((descriptor) => descriptor > 9) ? bash : ["/bin/sh"],
      withoutGroups: "groups" in found ? "" : found.reason,
      programs: {
        // The system's own, which any user may read; what a version manager put into somebody's home is not there.
        python: await firstExecutable(["/usr/bin/python3"]),
        javascript: process.execPath,
        typescript: process.execPath,
        shell: await firstExecutable(["/usr/bin/bash", "/bin/bash", "/bin/sh"]),
      },
    },
  };
}

/** Those without the flag close-on-exec, which Node sets on all that it opens itself. */
async function inheritedDescriptors(): Promise<number[]> {
  const closeOnExec = 0o2000000;
  const found: number[] = [];
  for (const name of await readdir("/proc/self/fd")) {
    if (Number(name) < 3) continue;
    const information = await readFile(`/proc/self/fdinfo/${name}`, "utf8").catch(() => "");
    const flags = /^flags:\s*([0-7]+)/m.exec(information)?.[1];
    if (flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0) found.push(Number(name));
  }
  return found;
}

async function firstExecutable(candidates: string[]): Promise<string | null> {
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  return null;
}
