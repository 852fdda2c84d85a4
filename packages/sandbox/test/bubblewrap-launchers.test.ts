import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type RunRequest, type Sandbox, defaultLimits } from "@mindmesh/sandbox";
import { afterEach, expect, it } from "vitest";
import { bubblewrapSetup, groupFolders, leftovers, skipUnlessBubblewrap } from "./bubblewrap-setup.ts";
import { outcomeOf } from "./support/outcome-of.ts";

skipUnlessBubblewrap("a launcher that waits for the next run", () => {
  const opened: { sandbox: Sandbox; place: string }[] = [];
  afterEach(async () => {
    for (const { sandbox, place } of opened.splice(0)) {
      await sandbox.close();
      await rm(place, { recursive: true, force: true });
    }
  });
  async function open(waitMs: number) {
    const place = await mkdtemp(path.join(tmpdir(), "mindmesh-launchers-"));
    const sandbox = await bubblewrapSetup.open(path.join(place, "sandbox"), waitMs);
    opened.push({ sandbox, place });
    const signal = new AbortController().signal;
    return (source: string, more: Partial<RunRequest> = {}) =>
      outcomeOf(
        sandbox.run({ person: "one", directory: path.join(place, "work"), language: "shell", source, signal, ...more }),
      );
  }
  /** Ids of the processes that wait in a group while nothing runs. */
  async function waiting(): Promise<string[]> {
    const files = (await groupFolders()).map((folder) => path.join(folder, "cgroup.procs"));
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
    return [...new Set(texts.flatMap((text) => text.split("\n").filter(Boolean)))];
  }
  const oneWaits = async () => {
    await expect.poll(waiting).toHaveLength(1);
    return (await waiting())[0];
  };

  it("is taken by one run only, which has its own limits and sees nothing of it", async () => {
    const run = await open(60_000);
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 3; round += 1) {
      seen.add(await oneWaits());
      const small = { ...defaultLimits, memoryBytes: 64 * 2 ** 20 };
      const told = await run("tr '\\0' '\\n' < /proc/1/environ; ls /proc/self/fd | tr '\\n' ' '", { limits: small });
      expect(told.stdout).not.toMatch(/script|mindmesh/);
      expect(told.stdout).toMatch(/0 1 2 3 (4 )?$/);
      const full = await run("head -c 100000000 /dev/zero | tail -n 1 | wc -c", { limits: small });
      expect(full.finished.reason).toBe("memory");
    }
    expect(seen.size).toBe(3);
  });

  it("that was killed is not missed", async () => {
    const run = await open(60_000);
    const pid = (await oneWaits()) ?? "";
    process.kill(Number(pid), "SIGKILL");
    await expect.poll(waiting).not.toContain(pid);
    expect((await run("echo well")).stdout).toBe("well\n");
    await oneWaits();
    // The group of the killed one is gone too.
    const groups = async () => new Set((await groupFolders()).map((folder) => path.basename(folder))).size;
    await expect.poll(groups).toBe(1);
  });

  it("goes with the sandbox", async () => {
    await open(60_000);
    await oneWaits();
    await opened[0]?.sandbox.close();
    expect(await leftovers()).toStrictEqual([]);
  });

  it("ends when no run comes", async () => {
    const run = await open(300);
    await run("true");
    await oneWaits();
    await expect.poll(leftovers).toStrictEqual([]);
    expect((await run("echo well")).stdout).toBe("well\n");
  });
});
