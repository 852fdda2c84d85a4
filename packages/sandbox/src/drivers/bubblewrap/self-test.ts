import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DriverOutcome, DriverReport } from "../../driver.ts";
import { defaultLimits } from "../../limits.ts";
import type { SandboxLanguage } from "../../sandbox.ts";
import { describeLanguages } from "../linux/describe-languages.ts";
import { runBehindWall } from "./run-behind-wall.ts";
import type { Yard } from "./wall-process.ts";

/** Each line that it prints is a hole. It asks the kernel, not the options that were given. */
const attempts = String.raw`
hole() { echo "$1"; }
value() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status; }
[ "$(id -u)" = 1000 ] || hole "runs as user $(id -u)"
[ "$(value CapEff)" = 0000000000000000 ] && [ "$(value CapBnd)" = 0000000000000000 ] || hole "has capabilities"
[ "$(value NoNewPrivs)" = 1 ] || hole "could gain privileges"
[ "$(value Seccomp)" = 2 ] || hole "system calls are not filtered"
[ "$(tail -n +3 /proc/net/dev | grep -cv '^ *lo:')" = 0 ] || hole "has a network interface"
touch /usr/mindmesh-self-test 2>/dev/null && hole "can write to /usr"
touch /mindmesh-self-test 2>/dev/null && hole "can write to /"
(echo x > /proc/sys/kernel/core_pattern) 2>/dev/null && hole "can write to /proc/sys"
unshare --user true 2>/dev/null && hole "can make user namespaces"
[ "$(tr '\0' '\n' < /proc/1/environ | grep -Evc '^(PWD=/|SHLVL=[0-9]+|_=/usr/bin/[a-z]+|)$')" = 0 ] || hole "can read the environment of the server"
[ -e /root ] || [ -e /home ] || [ -e /etc/shadow ] && hole "can see the server's files"
[ "$(ls /proc | grep -c '^[0-9]')" -lt 12 ] || hole "can see other processes"
touch /data/work/written || hole "cannot write to its own folder"
ls /proc/self/fd | grep -vx '[0123]' | while read fd; do [ -e "/proc/self/fd/$fd" ] && hole "has inherited descriptor $fd"; done
true
`;

interface Told {
  outcome: DriverOutcome;
  stdout: string;
  stderr: string;
}

/** Runs programs behind the wall that try what must fail, and asks what there is. Never rejects for a hole. */
export async function testWall(yard: Yard): Promise<DriverReport> {
  const { machine } = yard;
  const { shell } = machine.programs;
  if (shell === null) return { passed: false, reason: "There is no shell under /usr/bin." };
  const [walls, memory, languages] = await Promise.all([
    tryOut(yard, "shell", attempts),
    machine.groups === null ? null : tryOut(yard, "shell", "head -c 300000000 /dev/zero | tail -n 1 | wc -c"),
    describeLanguages((language, source) => tryOut(yard, language, source)),
  ]);
  if (walls.outcome.exitCode !== 0 || walls.stdout !== "") return { passed: false, reason: whyNot(walls) };
  if (memory !== null && memory.outcome.ended !== "memory") {
    return { passed: false, reason: "The limit of memory does not hold on this machine." };
  }
  return { passed: true, ...guardsAndGaps(yard), languages };
}

function guardsAndGaps({ machine }: Yard): { guards: string[]; gaps: string[] } {
  const guards = [
    "Processes, files, users and host names of the machine are out of sight (namespaces).",
    "No network, not even to the machine itself; where hosts are allowed, a proxy that knows only them.",
    "The system's programs are read-only; only the working directory and 128 MB of temporary memory can be written.",
    "No privileges, none to be gained, and no further namespaces.",
    "System calls to risky parts of the kernel are refused (seccomp).",
    "The environment is empty: no secret of the server is in reach.",
    machine.asRoot ? "Runs under a user id that owns nothing else." : "Runs without root.",
  ];
  const gaps = [
    "The kernel is shared with the machine: a hole in it is a hole in this wall. For strangers use containers under gVisor.",
    "The path of the working directory on the host can be read in /proc/self/mountinfo.",
    "Disk use is measured several times a second; a run can overshoot its limit for that long.",
  ];
  if (machine.groups === null) {
    gaps.push(
      `${machine.withoutGroups} Memory, processes and CPU are limited for each process of a run, not for all together.`,
    );
  } else {
    guards.push("Memory, processes and CPU of a run are limited all together (control groups).");
  }
  if (!machine.asRoot) gaps.push("Runs have the server's own user id: behind the wall it is all that they share.");
  return { guards, gaps };
}

function whyNot({ outcome, stdout, stderr }: Told): string {
  if (stdout !== "") return `Code inside ${stdout.trim().split("\n").join(", ")}.`;
  const told = stderr.trim().slice(0, 500);
  if (/No permissions to creat|Operation not permitted|setting up uid map|Creating new namespace/i.test(told)) {
    return (
      `This machine does not let an ordinary user make namespaces (${told}). On Ubuntu 24.04 allow it for ` +
      "/usr/bin/bwrap with an AppArmor profile; in a container start it with a seccomp profile that lets user " +
      "namespaces through."
    );
  }
  return `A test program did not run (${told === "" ? `exit code ${outcome.exitCode}` : told}).`;
}

/** Matplotlib's list of fonts takes seconds to make; it is made once and kept in the driver's folder. */
export async function cacheFonts(yard: Yard, report: DriverReport, directory: string): Promise<void> {
  const python = report.passed && report.languages.find(({ language }) => language === "python");
  if (!python || !python.packages.includes("matplotlib")) return;
  const source =
    "import os, shutil, matplotlib\nimport matplotlib.font_manager\n" +
    "for name in os.listdir(matplotlib.get_cachedir()):\n" +
    "    if name.startswith('fontlist'): shutil.copy(os.path.join(matplotlib.get_cachedir(), name), '/data/work')\n";
  const kept = path.join(directory, "matplotlib");
  await mkdir(kept, { recursive: true });
  await inFolder(yard, async (work) => {
    await execute(yard, "python", source, work);
    for (const name of await readdir(work)) {
      if (!/^fontlist-v\d+\.json$/.test(name)) continue;
      await copyFile(path.join(work, name), path.join(kept, name));
      await copyFile(path.join(work, name), path.join(yard.stage.directory, "inside/matplotlib", name));
      yard.fonts.push(name);
    }
  });
}

function tryOut(yard: Yard, language: SandboxLanguage, source: string): Promise<Told> {
  return inFolder(yard, (work) => execute(yard, language, source, work));
}

async function inFolder<T>(yard: Yard, use: (work: string) => Promise<T>): Promise<T> {
  const work = await mkdtemp(path.join(yard.stage.runs, "self-test-"));
  try {
    return await use(work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function execute(yard: Yard, language: SandboxLanguage, source: string, work: string): Promise<Told> {
  const entry = { python: "test.py", javascript: "test.mjs", typescript: "test.ts", shell: "test.sh" }[language];
  await writeFile(path.join(work, entry), source);
  const said = { stdout: "", stderr: "" };
  const outcome = await runBehindWall(yard, {
    id: `of-${path.basename(work)}`,
    language,
    entry,
    stdin: new Uint8Array(),
    workDirectory: work,
    outDirectory: path.join(work, "out"),
    inputs: [],
    hosts: [],
    limits: { ...defaultLimits, memoryBytes: 128 * 2 ** 20 * (language === "python" ? 4 : 1) },
    signal: AbortSignal.timeout(30_000),
    output: (stream, bytes) => {
      said[stream] += Buffer.from(bytes).toString();
    },
    display: () => {},
  });
  return { outcome, ...said };
}
