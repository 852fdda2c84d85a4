import { spawn } from "node:child_process";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { guestArguments, guestProcessOptions } from "./guest-process.ts";
import type { GuestPackages } from "./packages.ts";

/**
 * The memory of a Python that has just started, kept in a file: with it a start takes a tenth of the time. Made once per
 * version of Pyodide, by a guest that runs nobody's code.
 * @returns undefined when it could not be made; Python then starts slowly
 */
export async function pythonSnapshot(packages: GuestPackages, directory: string): Promise<Uint8Array | undefined> {
  const path = join(directory, `pyodide-${packages.pyodideVersion}-deno-${packages.denoVersion}.snapshot`);
  const kept = await readFile(path).catch(() => undefined);
  if (kept) return kept;
  const made = await makeSnapshot(packages);
  if (made.length === 0) return undefined;
  await mkdir(directory, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, made, { mode: 0o644 });
  await rename(unfinished, path);
  return made;
}

function makeSnapshot(packages: GuestPackages): Promise<Buffer> {
  const program = fileURLToPath(new URL("guest/snapshot.deno.ts", import.meta.url));
  const child = spawn(packages.deno, guestArguments(packages, program, [packages.pyodide]), {
    ...guestProcessOptions(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on("error", () => resolve(Buffer.alloc(0)));
    child.on("close", (code) => resolve(code === 0 ? Buffer.concat(chunks) : Buffer.alloc(0)));
  });
}
