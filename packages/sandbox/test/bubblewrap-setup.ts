import { readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { bubblewrapDriver, openSandbox } from "@mindmesh/sandbox";
import { skipUnlessThere } from "./support/skip-unless.ts";

export const skipUnlessBubblewrap = (title: string, body: () => void) =>
  skipUnlessThere(["/usr/bin/bwrap", "/usr/bin/python3", "/usr/bin/unshare"], title, body);

/** The sandboxes that this test file has opened, by the part of every name that they make outside. */
const instances: string[] = [];

export const bubblewrapSetup = {
  name: "bubblewrap",
  languages: ["python" as const, "javascript" as const, "typescript" as const, "shell" as const],
  linux: true,
  places: "/etc/shadow /root /home /var /run /etc/ssh /etc/ssl/private /var/run/docker.sock /sys".split(" "),
  /** `waitMs`: how long a launcher waits for the next run; with none, a run leaves nothing at all. */
  async open(directory: string, waitMs = 0) {
    const own = path.join(directory, "bubblewrap");
    const drivers = [bubblewrapDriver({ directory: own, waitMs })];
    const sandbox = await openSandbox({ directory, drivers, concurrency: 2, log: () => {} });
    const records = await readdir(path.join(own, "instances")).catch(() => []);
    instances.push(...records.map((record) => path.basename(record, ".json")));
    return sandbox;
  },
  leftovers,
};

/** Processes, mounts and control groups of this test file's sandboxes. */
export async function leftovers(): Promise<string[]> {
  const left: string[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A dead process, which nobody has looked at yet, has no command line any more.
    const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (command.includes("bwrap") && ours(command)) left.push(`process ${name}`);
  }
  for (const line of (await readFile("/proc/self/mounts", "utf8")).split("\n"))
    if (ours(line)) left.push(`mount ${line}`);
  for (const folder of await groupFolders()) left.push(`group ${folder}`);
  return left.sort();
}

/** Folders of this test file's sandboxes among the temporary ones, where other files have theirs. */
export async function stages(): Promise<string[]> {
  const names = await readdir(tmpdir());
  return names.filter((name) => instances.some((instance) => name.includes(instance))).sort();
}

/** Folders of the control groups of this test file's runs, wherever this process may make them. */
export async function groupFolders(): Promise<string[]> {
  const found: string[] = [];
  for (const line of (await readFile("/proc/self/cgroup", "utf8")).split("\n")) {
    const [, controllers = "", below = ""] = line.split(":");
    for (const folder of [
      `/sys/fs/cgroup/${controllers}${below}`,
      `/sys/fs/cgroup${below}`,
      `/sys/fs/cgroup${path.dirname(below)}`,
    ]) {
      const names = await readdir(folder).catch(() => []);
      found.push(
        ...names
          .filter((name) => name.startsWith("mindmesh-run-") && ours(name))
          .map((name) => path.join(folder, name)),
      );
    }
  }
  return [...new Set(found)];
}

function ours(text: string): boolean {
  return instances.some((instance) => text.includes(instance));
}
