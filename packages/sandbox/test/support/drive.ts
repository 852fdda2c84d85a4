import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DriverDisplay, DriverOutcome, SandboxDriver } from "../../src/driver.ts";
import { type RunLimits, defaultLimits } from "../../src/limits.ts";
import type { SandboxLanguage } from "../../src/sandbox.ts";

export interface Place {
  folder: string;
  workDirectory: string;
  outDirectory: string;
  read(path: string): Promise<string>;
  list(path?: string): Promise<string[]>;
  remove(): Promise<void>;
}

/** Folders of one conversation, as the sandbox hands them to a driver. */
export async function makePlace(files: Record<string, string> = {}): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-drive-"));
  const workDirectory = join(folder, "work");
  const outDirectory = join(workDirectory, "out");
  await mkdir(outDirectory, { recursive: true });
  for (const [path, content] of Object.entries(files)) await writeFile(join(workDirectory, path), content);
  return {
    folder,
    workDirectory,
    outDirectory,
    read: (path) => readFile(join(workDirectory, path), "utf8"),
    list: (path = "") => readdir(join(workDirectory, path)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Told {
  outcome: DriverOutcome;
  stdout: string;
  stderr: string;
  displays: DriverDisplay[];
}

/** Collects what a driver tells of one run. */
export function listen() {
  const said = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const displays: DriverDisplay[] = [];
  return {
    sinks: {
      output: (stream: "stdout" | "stderr", bytes: Uint8Array) => void said[stream].push(bytes.slice()),
      display: (display: DriverDisplay) => void displays.push(display),
    },
    told: (outcome: DriverOutcome): Told => ({
      outcome,
      stdout: Buffer.concat(said.stdout).toString(),
      stderr: Buffer.concat(said.stderr).toString(),
      displays,
    }),
    stdout: () => Buffer.concat(said.stdout).toString(),
  };
}

/** Runs a source by the driver alone, without queue and without the sandbox's own limits. */
export async function drive(
  driver: SandboxDriver,
  language: SandboxLanguage,
  source: string,
  more: {
    place?: Place;
    limits?: Partial<RunLimits>;
    signal?: AbortSignal;
    stdin?: string;
    hosts?: string[];
    inputs?: { name: string; hostPath: string }[];
    onStdout?: (all: string) => void;
  } = {},
): Promise<Told> {
  const place = more.place ?? (await makePlace());
  const entry = { python: "main.py", javascript: "main.js", typescript: "main.ts", shell: "main.sh" }[language];
  await writeFile(join(place.workDirectory, entry), source);
  const ear = listen();
  try {
    const outcome = await driver.run({
      id: `run-${process.hrtime.bigint()}`,
      workDirectory: place.workDirectory,
      outDirectory: place.outDirectory,
      inputs: more.inputs ?? [],
      limits: { ...defaultLimits, ...more.limits },
      hosts: more.hosts ?? [],
      language,
      entry,
      stdin: Buffer.from(more.stdin ?? ""),
      signal: more.signal ?? new AbortController().signal,
      display: ear.sinks.display,
      output(stream, bytes) {
        ear.sinks.output(stream, bytes);
        more.onStdout?.(ear.stdout());
      },
    });
    return ear.told(outcome);
  } finally {
    if (more.place === undefined) await place.remove();
  }
}

/** Kept between test files: the image of a started Python costs seconds to make. */
export const snapshotFolder = join(tmpdir(), `mindmesh-test-deno-${process.getuid?.() ?? 0}`);
