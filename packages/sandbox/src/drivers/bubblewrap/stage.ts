import { randomBytes } from "node:crypto";
import { chmod, copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { processStat } from "../../running/process-stat.ts";
import { type ControlGroups, groupPrefix, removeControlGroups } from "./control-group.ts";

/** What all runs of this server share, read-only: mount points, the programs' own files, the filter. */
export interface Stage {
  /** Part of every name that this server makes outside, so that a later start finds what a crash left. */
  instance: string;
  directory: string;
  /** Folder of the copies of inputs. */
  runs: string;
  /** Folder of the sockets of runs that may reach hosts. Its name is short: a socket's path has 107 bytes at most. */
  sockets: string;
  filter: string;
  remove(): Promise<void>;
}

interface Left {
  pid: number;
  startedAt: string;
  directory: string;
  groupParents: string[];
}

const inside = path.join(import.meta.dirname, "../linux/inside");
const accounts = {
  passwd: "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nperson:x:1000:1000:person:/tmp:/bin/sh\n",
  group: "root:x:0:\nperson:x:1000:\n",
  hosts: "127.0.0.1 localhost sandbox\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

/** Sweeps what crashed servers left in `directory` and elsewhere, then makes the stage of this one. */
export async function setStage(directory: string, filter: Buffer, groups: ControlGroups | null): Promise<Stage> {
  const instances = path.join(directory, "instances");
  await mkdir(instances, { recursive: true, mode: 0o700 });
  await sweep(directory, instances);
  const instance = randomBytes(6).toString("hex");
  // Any user must be able to pass through, which the server's own folders do not let.
  const stage = path.join(tmpdir(), `mindmesh-sandbox-${instance}`);
  const record = path.join(instances, `${instance}.json`);
  const left: Left = {
    pid: process.pid,
    startedAt: startOf(process.pid),
    directory: stage,
    groupParents: groups?.parents.map((parent) => parent.directory) ?? [],
  };
  await writeFile(record, JSON.stringify(left));
  await mkdir(stage, { mode: 0o711 });
  await chmod(stage, 0o711);
  for (const name of ["work", "files", "etc", "net"]) await mkdir(path.join(stage, name), { mode: 0o755 });
  await writeFile(path.join(stage, "node"), "", { mode: 0o755 });
  await cp(inside, path.join(stage, "inside"), { recursive: true });
  for (const [name, text] of Object.entries(accounts)) await writeFile(path.join(stage, "etc", name), text);
  await mkdir(path.join(stage, "inside/matplotlib"));
  await copyFonts(path.join(directory, "matplotlib"), path.join(stage, "inside/matplotlib"));
  await openToAll(stage);
  await writeFile(path.join(stage, "filter.bpf"), filter, { mode: 0o444 });
  const runs = path.join(directory, "runs", instance);
  await mkdir(runs, { recursive: true, mode: 0o700 });
  await mkdir(socketsOf(instance), { mode: 0o700 });
  return {
    instance,
    directory: stage,
    runs,
    sockets: socketsOf(instance),
    filter: path.join(stage, "filter.bpf"),
    async remove() {
      await removeGroups(left.groupParents, instance);
      await rm(stage, { recursive: true, force: true });
      await rm(runs, { recursive: true, force: true });
      await rm(socketsOf(instance), { recursive: true, force: true });
      await rm(record, { force: true });
    },
  };
}

const socketsOf = (instance: string) => `/tmp/mindmesh-net-${instance}`;

/** A server's umask may have taken rights away that the runs' users need. */
async function openToAll(stage: string): Promise<void> {
  for (const entry of await readdir(stage, { recursive: true, withFileTypes: true })) {
    const own = path.join(entry.parentPath, entry.name);
    await chmod(own, entry.isDirectory() ? 0o755 : 0o644);
  }
}

async function copyFonts(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => []);
  for (const name of names.filter((name) => /^fontlist-v\d+\.json$/.test(name))) {
    await copyFile(path.join(from, name), path.join(to, name));
  }
}

/** Bubblewrap dies with its server; what can be left are control groups and folders. */
async function sweep(directory: string, instances: string): Promise<void> {
  for (const file of await readdir(instances)) {
    const record = path.join(instances, file);
    let left: Left;
    try {
      left = JSON.parse(await readFile(record, "utf8")) as Left;
    } catch {
      await rm(record, { force: true }); // The server died while it wrote it, so it had made nothing yet.
      continue;
    }
    if (startOf(left.pid) === left.startedAt) continue;
    const instance = path.basename(file, ".json");
    await removeGroups(left.groupParents, instance);
    await rm(left.directory, { recursive: true, force: true });
    await rm(path.join(directory, "runs", instance), { recursive: true, force: true });
    await rm(socketsOf(instance), { recursive: true, force: true });
    await rm(record, { force: true });
  }
}

async function removeGroups(parents: string[], instance: string): Promise<void> {
  for (const parent of parents) {
    const names = await readdir(parent).catch(() => []);
    const own = names.filter((name) => name.startsWith(`${groupPrefix}${instance}`));
    await removeControlGroups(own.map((name) => path.join(parent, name)));
  }
}

/** When a process began, in clock ticks since the machine started: with the id it names a process for good. */
function startOf(pid: number): string {
  const fields = processStat(pid);
  return fields === null ? "gone" : (fields[19] ?? "");
}
