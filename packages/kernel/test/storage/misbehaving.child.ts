// What an isolated program could do when a parser has been taken over or has lost its way; the argument says which.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { limitMyself } from "../../src/isolated/limit-myself.ts";

limitMyself();

function attempt(what: () => unknown): string {
  try {
    return `did it: ${String(what())}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
  }
}

const acts: Record<string, (argument: string) => unknown> = {
  "loop for ever": () => {
    for (;;);
  },
  "eat buffers": () => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(4 * 2 ** 20, 1));
  },
  "eat objects": () => {
    const kept: unknown[] = [];
    for (;;) kept.push({ text: String(kept.length) });
  },
  "write a file": (path) => attempt(() => writeFileSync(path, "x")),
  "start a program": () => attempt(() => spawnSync("true").error?.message ?? "started"),
  // oxlint-disable-next-line typescript/no-implied-eval
  "run a string": () => attempt(() => new Function("return 1")()),
  "read the environment": () => JSON.stringify(Object.keys(process.env)),
  "print to the console": () => {
    // oxlint-disable-next-line no-console
    console.log("a library's warning");
    return "result";
  },
  "write without end": () => "x".repeat(1000),
  crash: () => process.abort(),
};

const [act = "", argument = ""] = process.argv.slice(2);
process.stdout.write(String(acts[act]!(argument)));
