import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lockDataDirectory, StartError } from "@mindmesh/kernel/db";
import { startServerProcess } from "./start-server-process.ts";

let folder: string;
vi.setConfig({ testTimeout: 120_000 }); // whole servers start and end here, on whatever else the machine does
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mindmesh lock "));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("refuses a second server on the same folder, naming the process that has it", async () => {
  const first = await startServerProcess(folder);
  const second = await startServerProcess(folder);
  await first.stop();

  expect(first.url).toContain("127.0.0.1");
  expect(second.refused).toContain(`already running on ${folder} (process ${first.pid}`);
  expect(second.refused).toContain("DATA_DIR");
});

it("lets exactly one of several servers that start at the same moment have the folder", async () => {
  const servers = await Promise.all([1, 2, 3, 4].map(() => startServerProcess(folder)));
  await Promise.all(servers.map((server) => server.stop()));

  expect(servers.filter((server) => server.url)).toHaveLength(1);
  expect(servers.filter((server) => server.refused?.includes("already running"))).toHaveLength(3);
});

it("gives the folder to the next server after a kill -9, though the file still names a living process", async () => {
  const killed = await startServerProcess(folder);
  await killed.kill();
  // As if the dead server's process id had been given to another program: this one.
  await writeFile(path.join(folder, "server.json"), JSON.stringify({ pid: process.pid, startedAt: "2026-01-01" }));
  const next = await startServerProcess(folder);
  await next.stop();

  expect(next.url).toContain("127.0.0.1");
});

it("can be taken again once it was given back", async () => {
  const release = await lockDataDirectory(folder);
  await expect(lockDataDirectory(folder)).rejects.toThrow(StartError);
  release();
  const again = await lockDataDirectory(folder);
  again();
});

it("says what to do when the data directory is a file", async () => {
  const file = path.join(folder, "file");
  await writeFile(file, "");
  await expect(lockDataDirectory(file)).rejects.toThrow(/is a file, not a folder. Point DATA_DIR to a folder/);
});
