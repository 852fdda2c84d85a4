import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Sandbox, denoDriver, openSandbox } from "@mindmesh/sandbox";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bubblewrapSetup, skipUnlessBubblewrap } from "./bubblewrap-setup.ts";
import { outcomeOf } from "./support/outcome-of.ts";
import { snapshotFolder } from "./support/drive.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Wall {
  open(directory: string): Promise<Sandbox>;
  /** Kills what holds a running program, as the system does that runs out of memory. */
  kill(directory: string): Promise<void>;
}

/** Docker's engine that goes away is in docker-driver.test.ts. */
function goesAway(name: string, wall: Wall): void {
  describe(`${name}, killed from outside`, () => {
    let place: string;
    let sandbox: Sandbox;
    beforeAll(async () => {
      place = await mkdtemp(path.join(tmpdir(), "mindmesh-lost-"));
      sandbox = await wall.open(path.join(place, "sandbox"));
    });
    afterAll(async () => {
      await sandbox.close();
      await rm(place, { recursive: true, force: true });
    });

    it("loses the run and says so, keeps its output and files, and the next run works", async () => {
      const request = {
        person: "one",
        directory: path.join(place, "work"),
        language: "python" as const,
        signal: new AbortController().signal,
        limits: { wallSeconds: 100, cpuSeconds: 100 },
      };
      await outcomeOf(sandbox.run({ ...request, source: "open('kept', 'w').write('kept')" }));
      const seen: string[] = [];
      for await (const event of sandbox.run({
        ...request,
        source: "import time\nprint('begun', flush=True)\nwhile True: time.sleep(0.01)",
      })) {
        if (event.type === "output") await wall.kill(place);
        seen.push(event.type === "finished" ? `${event.reason}: ${event.message}` : event.type);
      }
      expect(seen).toStrictEqual(["started", "output", expect.stringMatching(/^lost: .*[Rr]un it again/)]);
      const next = await outcomeOf(sandbox.run({ ...request, source: "print(open('kept').read())" }));
      expect(next.stdout).toBe("kept\n");
      expect(next.finished.reason).toBe("exit");
    });
  });
}

async function killAll(matches: (command: string, parent: number) => boolean): Promise<void> {
  let killed = 0;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [status = "", command = ""] = await Promise.all(
      ["status", "cmdline"].map((file) => readFile(`/proc/${name}/${file}`, "utf8").catch(() => "")),
    );
    if (!matches(command, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]))) continue;
    process.kill(Number(name), "SIGKILL");
    killed += 1;
  }
  expect(killed).toBeGreaterThan(0);
}

skipUnlessBubblewrap("with bubblewrap", () =>
  goesAway("bubblewrap", {
    open: bubblewrapSetup.open,
    kill: () => killAll((command, parent) => command.startsWith("/usr/bin/bwrap") && parent === process.pid),
  }),
);

goesAway("Deno", {
  open: (directory) =>
    openSandbox({
      directory,
      drivers: [denoDriver({ directory: snapshotFolder, warmMs: 0 })],
      concurrency: 1,
      log: () => undefined,
    }),
  kill: () => killAll((command, parent) => command.includes("main.deno.ts") && parent === process.pid),
});
