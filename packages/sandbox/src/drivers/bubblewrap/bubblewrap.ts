import { readdir } from "node:fs/promises";
import path from "node:path";
import type { SandboxDriver } from "../../driver.ts";
import type { SandboxNetwork } from "../../network/network.ts";
import { userIds } from "../../running/user-ids.ts";
import { findMachine } from "./machine.ts";
import { keepLaunchers } from "./launchers.ts";
import { keepInterpreter, keptPrograms } from "../linux/keep-interpreter.ts";
import { cacheFonts, testWall } from "./self-test.ts";
import { setStage } from "./stage.ts";
import { runBehindWall } from "./run-behind-wall.ts";
import { type Yard, startWall } from "./wall-process.ts";

interface BubblewrapOptions {
  directory: string;
  connect?: SandboxNetwork["connect"] | undefined;
  /** How long a launcher waits for a next run. Standard: 1 minute; 0: none waits. */
  waitMs?: number;
}

/**
 * The wall of Linux: bubblewrap (namespaces, no network, read-only system), a filter of system calls, a control group
 * per run, never as root. `directory` is the driver's own folder on the host. With `connect`, a run that may reach hosts gets
 * a proxy to them; without, there is no network at all.
 */
export function bubblewrapDriver({ directory, connect, waitMs = 60_000 }: BubblewrapOptions): SandboxDriver {
  let yard: Yard | null = null;
  const here = (): Yard => {
    if (yard === null) throw new Error("The self-test of bubblewrap has not passed.");
    return yard;
  };
  async function closeYard(): Promise<void> {
    await yard?.launchers.close();
    await yard?.stage.remove();
    yard = null;
  }
  return {
    name: "bubblewrap",
    reachesHosts: connect !== undefined,
    async selfTest() {
      const found = await findMachine();
      if ("reason" in found) return { passed: false, reason: found.reason };
      try {
        const stage = await setStage(directory, found.machine.filter, found.machine.groups);
        const fonts = (await readdir(path.join(stage.directory, "inside/matplotlib"))).sort();
        const launchers = keepLaunchers(found.machine, stage, waitMs);
        yard = { machine: found.machine, stage, launchers, fonts, users: userIds(), connect };
        const report = await testWall(yard);
        if (!report.passed) {
          await closeYard();
        } else if (fonts.length === 0) {
          await cacheFonts(yard, report, directory);
        }
        return report;
      } catch (error) {
        return { passed: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    run: (job) => runBehindWall(here(), job),
    async openKernel(job) {
      const program = [keptPrograms[job.language]];
      return keepInterpreter(await startWall(here(), { ...job, program, commands: true }), job.limits);
    },
    close: closeYard,
  };
}
