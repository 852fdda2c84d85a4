import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DriverReport } from "../../driver.ts";
import { defaultLimits } from "../../limits.ts";
import type { Guest } from "./guest.ts";
import { guestArguments, guestProcessOptions } from "./guest-process.ts";
import type { GuestPackages } from "./packages.ts";
import { runInGuest } from "./run-in-guest.ts";
import { canWatchProcesses } from "./watch-process.ts";

const guards = [
  "Code runs in an interpreter compiled to WebAssembly (Python in Pyodide, JavaScript in QuickJS), in a process of its own that holds no permission: no files of the server, no network, no environment, no programs, no native code.",
  "Files of a run are copied in and out; what code makes are bytes in its memory until the server has checked names, number and size.",
  "The process is killed at its limits of time, processor time and memory, and when its run is cancelled or the server ends.",
  "Every run has a process of its own; none is used again for somebody else.",
];

const gaps = [
  "There is no shell, and programs or packages with native code cannot be installed.",
  "Python has its standard library only: numpy, pandas and matplotlib are not part of Pyodide's npm package.",
  "There are no threads and no subprocesses; JavaScript is that of QuickJS, without Node's modules but a small node:fs.",
  "Files lie in memory while code runs, so memory bounds them too.",
  "The walls are those of V8 and Deno, not of the operating system: a fault in V8 that lets WebAssembly out of its memory would reach the rights of an unprivileged process.",
];

/**
 * Tries on this machine that Deno refuses what no run may do, and that both interpreters run a program and give back its file.
 */
export async function testWalls(
  locate: () => GuestPackages,
  start: (language: Guest["language"], memoryBytes: number) => Promise<Guest>,
): Promise<DriverReport> {
  try {
    const packages = locate();
    const worked = await whatWorks(packages);
    if (worked.length > 0) return { passed: false, reason: `Deno let a program ${worked.join(", ")}.` };
    const python = await tryOut(start, "python", "open('/data/out/proof.txt', 'w').write(str(6 * 7))");
    const javascript = await tryOut(start, "javascript", "writeFile('/data/out/proof.txt', String(6 * 7))");
    return {
      passed: true,
      guards,
      gaps: canWatchProcesses
        ? gaps
        : [
            ...gaps,
            "On this system memory and processor time of a run cannot be watched from outside; the interpreters' own limits hold.",
          ],
      languages: [
        { language: "python", version: `${python} (Pyodide ${packages.pyodideVersion})`, packages: [] },
        { language: "javascript", version: javascript, packages: [] },
        { language: "typescript", version: `${javascript}, types removed`, packages: [] },
      ],
    };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const denied = /EACCES/.test(words) && process.getuid?.() === 0;
    const advice =
      " The server runs as root, and code runs as an unprivileged user who must be able to read the folder of Mindmesh.";
    return { passed: false, reason: `${words}${denied ? advice : ""}` };
  }
}

function whatWorks(packages: GuestPackages): Promise<string[]> {
  const program = fileURLToPath(new URL("guest/self-test.deno.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(
      packages.deno,
      guestArguments(packages, program, []),
      { ...guestProcessOptions(), timeout: 30_000 },
      (error, text, complaint) => {
        if (error)
          return reject(new Error(`Deno does not run here: ${complaint.trim().split("\n")[0] || error.message}`));
        return resolve((JSON.parse(text) as { worked: string[] }).worked);
      },
    );
  });
}

/** @returns the version of the interpreter */
async function tryOut(
  start: (language: Guest["language"], memoryBytes: number) => Promise<Guest>,
  language: Guest["language"],
  source: string,
): Promise<string> {
  const guest = await start(language, defaultLimits.memoryBytes);
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-self-test-"));
  try {
    const place = { workDirectory: join(folder, "work"), outDirectory: join(folder, "out") };
    await mkdir(place.workDirectory);
    await mkdir(place.outDirectory);
    let said = "";
    await runInGuest(guest, {
      ...place,
      source,
      entry: "proof",
      inputs: [],
      limits: defaultLimits,
      hosts: [],
      stdin: new Uint8Array(),
      signal: AbortSignal.timeout(30_000),
      typescript: false,
      keep: false,
      sent: new Map(),
      fetch: () => Promise.reject(new Error("no host")),
      output: (_, bytes) => {
        said += new TextDecoder().decode(bytes);
      },
      display: () => undefined,
    });
    const proof = await readFile(join(place.outDirectory, "proof.txt"), "utf8").catch(() => "");
    if (proof !== "42")
      throw new Error(`A small program in ${language} did not do what it should. ${said.slice(0, 500)}`);
    return guest.version;
  } finally {
    await guest.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
