import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DriverOutcome, DriverReport } from "../../driver.ts";
import { defaultLimits } from "../../limits.ts";
import type { SandboxLanguage, SandboxLanguageDescription } from "../../sandbox.ts";
import { type Dock, runContainer } from "./run-container.ts";

/** Each line that it prints is a hole. It asks the kernel that it finds, not the options that were given. */
const attempts = String.raw`
hole() { echo "$1"; }
value() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status; }
[ "$(id -u)" != 0 ] || hole "runs as root"
[ "$(value CapEff)" = 0000000000000000 ] || hole "has capabilities"
[ "$(tail -n +3 /proc/net/dev | grep -cv '^ *lo:')" = 0 ] || hole "has a network interface"
touch /usr/mindmesh-self-test 2>/dev/null && hole "can write to /usr"
touch /mindmesh-self-test 2>/dev/null && hole "can write to /"
(echo x > /proc/sys/kernel/core_pattern) 2>/dev/null && hole "can write to /proc/sys"
[ -e /var/run/docker.sock ] && hole "can see Docker's socket"
touch /data/out/written || hole "cannot write to its own folder"
true
`;

/** Grows by itself, so that it is the container's first process that runs out of memory. */
const greedy = "exec tail -n 1 /dev/zero";

const versions: { language: SandboxLanguage; source: string }[] = [
  { language: "python", source: "import sys\nprint(sys.version.split()[0])" },
  { language: "javascript", source: "console.log(process.versions.node)" },
  { language: "typescript", source: "const told: string = process.versions.node; console.log(told)" },
];

interface Told {
  outcome: DriverOutcome;
  stdout: string;
  stderr: string;
}

/** Runs containers that try what must fail, and asks what the image has. Never rejects for a hole. */
export async function testContainers(dock: Dock): Promise<DriverReport> {
  const walls = await tryOut(dock, "shell", attempts);
  if (walls.stdout !== "") {
    return { passed: false, reason: `Code inside ${walls.stdout.trim().split("\n").join(", ")}.` };
  }
  if (walls.outcome.exitCode !== 0) {
    const told = walls.stderr.trim().slice(0, 500);
    return { passed: false, reason: `A test program did not run in ${dock.image} (${told || "no words why"}).` };
  }
  if (!walls.isWritten) {
    return {
      passed: false,
      reason:
        "Docker's engine sees other folders than this server, as when the server itself is in a container: what code writes would be lost.",
    };
  }
  const memory = await tryOut(dock, "shell", greedy, 64 * 2 ** 20);
  if (memory.outcome.ended !== "memory") {
    return { passed: false, reason: "The limit of memory does not hold in containers on this machine." };
  }
  const languages: SandboxLanguageDescription[] = [];
  for (const { language, source } of versions) {
    const { outcome, stdout } = await tryOut(dock, language, source);
    if (outcome.exitCode === 0) languages.push({ language, version: stdout.trim(), packages: [] });
  }
  languages.push({ language: "shell", version: "sh", packages: [] });
  return { passed: true, ...guardsAndGaps(dock), languages };
}

function guardsAndGaps({ runtime }: Dock): { guards: string[]; gaps: string[] } {
  const guards = [
    "A container of its own for every run: processes, files, users and host names of the machine are out of sight.",
    "No network, not even to the machine itself.",
    "The image is read-only; only the working directory and 64 MB of temporary memory can be written.",
    "No capabilities and no privileges to be gained; never root.",
    "Memory and processes of a run are limited all together, processor time too.",
    ...(runtime === null ? [] : [`System calls are answered by gVisor (${runtime}) and not by the machine's kernel.`]),
  ];
  const gaps = [
    ...(runtime === null
      ? [
          "The kernel is shared with the machine: a hole in it is a hole in this wall. Install gVisor's runtime (runsc) for strangers.",
        ]
      : []),
    "Whoever may speak to Docker's socket is root on its machine: this server may.",
    "Disk use is measured several times a second; a run can overshoot its limit for that long.",
    "Variables are not kept between runs.",
  ];
  return { guards, gaps };
}

async function tryOut(
  dock: Dock,
  language: SandboxLanguage,
  source: string,
  memoryBytes = defaultLimits.memoryBytes,
): Promise<Told & { isWritten: boolean }> {
  await mkdir(dock.runs, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(path.join(dock.runs, "self-test-"));
  const out = path.join(work, "out");
  await mkdir(out);
  const entry = { python: "test.py", javascript: "test.mjs", typescript: "test.ts", shell: "test.sh" }[language];
  await writeFile(path.join(work, entry), source);
  const said = { stdout: "", stderr: "" };
  try {
    const outcome = await runContainer(dock, {
      id: `of-${path.basename(work)}`,
      language,
      entry,
      stdin: new Uint8Array(),
      workDirectory: work,
      outDirectory: out,
      inputs: [],
      hosts: [],
      limits: { ...defaultLimits, memoryBytes },
      signal: AbortSignal.timeout(60_000),
      output: (stream, bytes) => {
        said[stream] += Buffer.from(bytes).toString();
      },
      display: () => undefined,
    });
    const isWritten = await readFile(path.join(out, "written")).then(
      () => true,
      () => false,
    );
    return { outcome, ...said, isWritten };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
