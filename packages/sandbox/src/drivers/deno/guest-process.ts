import { tmpdir } from "node:os";
import type { SpawnOptions } from "node:child_process";
import type { GuestPackages } from "./packages.ts";

/**
 * How Deno is started: no permission but to read our packages (given back once the interpreter stands), nothing from the
 * network or from its caches, no question to anybody, and no code made from strings, which closes the way from Python's or
 * QuickJS's objects to the JavaScript around them.
 */
export function guestArguments(
  packages: GuestPackages,
  program: string,
  programArguments: string[],
  memoryBytes?: number,
): string[] {
  const flags = ["--disallow-code-generation-from-strings", "--expose-gc"];
  if (memoryBytes !== undefined) {
    flags.push(`--wasm-max-mem-pages=${Math.floor(memoryBytes / 65_536)}`);
    flags.push(`--max-old-space-size=${Math.floor(memoryBytes / 2 ** 20)}`);
  }
  return [
    "run",
    "--no-prompt",
    "--cached-only",
    "--no-remote",
    "--no-npm",
    "--no-config",
    "--no-lock",
    "--no-code-cache",
    "--quiet",
    `--import-map=${packages.importMap}`,
    `--v8-flags=${flags.join(",")}`,
    `--allow-read=${packages.readable.join(",")}`,
    program,
    ...programArguments,
  ];
}

// "nobody" on Linux and the BSDs. The server may run as root; code of people never does.
const unprivileged = 65_534;

/** An environment without anything of ours, and never root. */
export function guestProcessOptions(): Pick<SpawnOptions, "env" | "cwd" | "uid" | "gid" | "windowsHide"> {
  const isRoot = process.getuid?.() === 0;
  return {
    env: {
      // Deno wants a folder for caches. Below a device there can be none: what one run left there, another would find.
      DENO_DIR: process.platform === "win32" ? "NUL\\none" : "/dev/null/none",
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      ...(process.platform === "win32" && { SystemRoot: process.env["SystemRoot"] }),
    },
    cwd: process.platform === "win32" ? tmpdir() : "/",
    ...(isRoot && { uid: unprivileged, gid: unprivileged }),
    windowsHide: true,
  };
}
