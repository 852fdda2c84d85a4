import path from "node:path";
import { bubblewrapDriver, openSandbox } from "@mindmesh/sandbox";
import { outcomeOf } from "./outcome-of.ts";

/** Runs programs on a machine without control groups, which its starter has hidden, and prints what came of them. */
const place = process.argv[2] ?? "";
const sandbox = await openSandbox({
  directory: path.join(place, "sandbox"),
  drivers: [bubblewrapDriver({ directory: path.join(place, "bubblewrap") })],
  concurrency: 1,
  log: () => undefined,
});
const run = async (source: string) => {
  const { signal } = new AbortController();
  const limits = { memoryBytes: 128 * 2 ** 20, processes: 32, cpuSeconds: 1, wallSeconds: 20 };
  const directory = path.join(place, "work");
  const told = await outcomeOf(sandbox.run({ person: "one", language: "python", source, directory, limits, signal }));
  return { stdout: told.stdout, stderr: told.stderr, reason: told.finished.reason };
};
const told = {
  described: sandbox.describe(),
  plain: await run("print('works')"),
  memory: await run("held = bytearray(500_000_000)"),
  processes: await run(
    "import os, time\nmade = 0\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(30)\n    made += 1\nexcept OSError: print(made)",
  ),
  time: await run("while True: pass"),
};
await sandbox.close();
process.stdout.write(JSON.stringify(told));
