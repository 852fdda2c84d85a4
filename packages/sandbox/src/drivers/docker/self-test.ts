import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DriverOutcome, DriverReport } from "../../driver.ts";
import { defaultLimits } from "../../limits.ts";
import type { SandboxLanguage } from "../../sandbox.ts";
import { describeLanguages } from "../linux/describe-languages.ts";
import { type Dock, runContainer } from "./start-container.ts";

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
[ "$(value NoNewPrivs)" != 0 ] || hole "could gain privileges"
touch /data/out/written || hole "cannot write to its own folder"
`;

/** Of the machine's own kernel; gVisor filters what it asks of it by itself. */
const isFiltered = '[ "$(value Seccomp)" = 2 ] || hole "system calls are not filtered"\n';

/** Grows by itself, so that it is the container's first process that runs out of memory. */
const greedy = "exec tail -n 1 /dev/zero";

/** Asks the proxy of its run for a host that it may not reach; only the relay and the proxy can give this answer. */
const online = `
import { connect } from "node:net";
connect(3128, "127.0.0.1", function () {
  this.write("GET http://mindmesh-test.invalid/ HTTP/1.1\\r\\nHost: mindmesh-test.invalid\\r\\n\\r\\n");
}).once("data", function (answer) {
  console.log(String(answer).split(" ")[1]);
  this.destroy();
});
`;

interface Told {
  outcome: DriverOutcome;
  stdout: string;
  stderr: string;
}

type Report = DriverReport & { canReachHosts: boolean };

/** Runs containers that try what must fail, and asks what the image has. Never rejects for a hole. */
export async function testContainers(dock: Dock): Promise<Report> {
  const walls = await tryOut(dock, "shell", `${attempts}${dock.runtime === null ? isFiltered : ""}true\n`);
  if (walls.stdout !== "") {
    return failed(`Code inside ${walls.stdout.trim().split("\n").join(", ")}.`);
  }
  if (walls.outcome.exitCode !== 0) {
    const told = walls.stderr.trim().slice(0, 500);
    return failed(`A test program did not run in ${dock.image} (${told || "no words why"}).`);
  }
  if (!walls.isWritten) {
    return failed(
      "Docker's engine sees other folders than this server, as when the server itself is in a container: what code writes would be lost.",
    );
  }
  const memory = await tryOut(dock, "shell", greedy, { memoryBytes: 64 * 2 ** 20 });
  if (memory.outcome.ended !== "memory") {
    return failed("The limit of memory does not hold in containers on this machine.");
  }
  const languages = await describeLanguages((language, source) => tryOut(dock, language, source));
  const hasNode = languages.some(({ language }) => language === "javascript");
  const canReachHosts = hasNode && (await reachesProxy(dock));
  return { passed: true, ...guardsAndGaps(dock, hasNode, canReachHosts), languages, canReachHosts };
}

const failed = (reason: string): Report => ({ passed: false, reason, canReachHosts: false });

async function reachesProxy(dock: Dock): Promise<boolean> {
  const noWay = () => Promise.reject(new Error("The self-test reaches no host."));
  const { stdout } = await tryOut({ ...dock, connect: noWay }, "javascript", online, { hosts: ["example.org"] });
  return stdout.trim() === "403";
}

function guardsAndGaps({ runtime, filter }: Dock, hasNode: boolean, canReachHosts: boolean) {
  const guards = [
    "A container of its own for every run: processes, files, users and host names of the machine are out of sight.",
    "No network, not even to the machine itself; where hosts are allowed, a proxy that knows only them.",
    "The image is read-only; only the working directory, 64 MB of temporary and 64 MB of shared memory can be written.",
    "No capabilities and no privileges to be gained; never root.",
    "Memory and processes of a run are limited all together, processor time too.",
    ...(filter === null || runtime !== null
      ? []
      : ["System calls to risky parts of the kernel are refused (seccomp)."]),
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
    "What a run used is measured ten times a second where the engine shares this machine's kernel, else about once; a short run is told roughly.",
    ...(canReachHosts
      ? []
      : [
          hasNode
            ? "Hosts that are allowed cannot be reached: the socket of the proxy does not work in a container here (gVisor needs --host-uds=open)."
            : "Hosts that are allowed cannot be reached: the image has no node, which the way to them needs.",
        ]),
  ];
  return { guards, gaps };
}

async function tryOut(
  dock: Dock,
  language: SandboxLanguage,
  source: string,
  { memoryBytes = defaultLimits.memoryBytes, hosts = [] as string[] } = {},
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
      hosts,
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
