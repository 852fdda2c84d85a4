import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { groupOfProcess, groupUsage } from "../src/drivers/linux/group-usage.ts";
import { skipUnlessBubblewrap } from "./bubblewrap-setup.ts";

vi.setConfig({ testTimeout: 60_000 });

let place: string;
beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), "mindmesh-groups-"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

skipUnlessBubblewrap("a machine without control groups", () => {
  const child = path.join(import.meta.dirname, "support/without-groups.child.ts");

  it("bounds each process by itself, and says so", async () => {
    const hidden = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"';
    const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const { stdout } = await promisify(execFile)("/usr/bin/unshare", [
      ...asRoot,
      "--mount",
      "/bin/sh",
      "-c",
      hidden,
      "sh",
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      child,
      place,
    ]);
    const told = JSON.parse(stdout) as Record<string, { stdout: string; stderr: string; reason: string }> & {
      described: { driver: string; gaps: string[]; guards: string[] };
    };
    expect(told.described.driver).toBe("bubblewrap");
    expect(told.described.gaps.join(" ")).toMatch(
      /control groups are not set up.* for each process of a run, not for all/,
    );
    expect(told.described.guards.join(" ")).not.toContain("all together");
    expect(told["plain"]).toMatchObject({ stdout: "works\n", reason: "exit" });
    expect(told["memory"]?.stderr).toContain("MemoryError");
    expect(Number(told["processes"]?.stdout)).toBeGreaterThan(5);
    expect(Number(told["processes"]?.stdout)).toBeLessThan(32);
    expect(told["time"]?.reason).toBe("cpu");
  });
});

describe("what a control group has used", () => {
  const group = async (name: string, files: Record<string, string>) => {
    const folder = path.join(place, name);
    await mkdir(folder);
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
    return folder;
  };

  it("is read from the files of either version, and is nothing once the group is gone", async () => {
    const one = await group("one", {
      "cpuacct.usage": "1500000000\n",
      "memory.max_usage_in_bytes": "1000\n",
      "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    });
    const used = { cpuMs: 1500, peakMemoryBytes: 1000 };
    expect(groupUsage({ version: 1, memory: one, accounting: one })).toEqual({ ...used, killedForMemory: true });
    const two = await group("two", {
      "cpu.stat": "usage_usec 1500000\nuser_usec 1\n",
      "memory.peak": "1000\n",
      "memory.events": "low 0\noom 1\noom_kill 0\noom_group_kill 0\n",
    });
    expect(groupUsage({ version: 2, memory: two, accounting: two })).toEqual({ ...used, killedForMemory: false });
    // Before Linux 5.19 the peak is not kept.
    const older = await group("older", { "memory.current": "900\n" });
    expect(groupUsage({ version: 2, memory: older, accounting: older }).peakMemoryBytes).toBe(900);
    const gone = path.join(place, "gone");
    const nothing = { cpuMs: 0, peakMemoryBytes: 0, killedForMemory: false };
    expect(groupUsage({ version: 2, memory: gone, accounting: gone })).toEqual(nothing);
  });

  it("is not taken from a group of something else", () => {
    expect(groupOfProcess(process.pid, "no-container-has-this-id")).toBe(null);
    expect(groupOfProcess(2 ** 30, "a-process-that-is-gone")).toBe(null);
  });
});
