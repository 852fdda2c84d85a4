import { readFile, readdir } from "node:fs/promises";
import { denoDriver, openSandbox } from "@mindmesh/sandbox";
import { vi } from "vitest";
import { probes } from "./probes.ts";
import { snapshotFolder } from "./support/drive.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The probes of the other walls that mean something to interpreters in WebAssembly; those of its own are in deno-probes. */
const denoSetup = {
  name: "deno",
  languages: ["python" as const, "javascript" as const, "typescript" as const],
  linux: false,
  patience: { wallSeconds: 100, cpuSeconds: 100 },
  open: (directory: string) =>
    openSandbox({
      directory,
      drivers: [denoDriver({ directory: snapshotFolder, warmMs: 0 })],
      concurrency: 2,
      log: () => undefined,
    }),
  leftovers: async () => {
    const left: string[] = [];
    for (const name of await readdir("/proc").catch(() => [])) {
      if (!/^\d+$/.test(name)) continue;
      const [status, command] = await Promise.all(
        ["status", "cmdline"].map((file) => readFile(`/proc/${name}/${file}`, "utf8").catch(() => "")),
      );
      const isOurs = Number(/^PPid:\s+(\d+)/m.exec(status ?? "")?.[1]) === process.pid;
      if (isOurs && command?.includes("main.deno.ts")) left.push(`process ${name}`);
    }
    return left;
  },
};

for (const group of ["processes", "host", "computing", "output"] as const) probes(group, denoSetup);
