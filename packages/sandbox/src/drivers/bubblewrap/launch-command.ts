import path from "node:path";
import type { RunLimits } from "../../limits.ts";
import type { SandboxLanguage } from "../../sandbox.ts";
import { proxyEnvironment, withRelay } from "../linux/run-proxy.ts";
import type { Machine } from "./machine.ts";
import type { Stage } from "./stage.ts";

/**
 * File descriptors of the launcher. Inside, a program has 0 to 3 and a kernel 4 as well. Through the gate comes the name
 * of the file with what it is to do; when the gate closes without one, the launcher ends.
 */
const descriptors = { display: 3, commands: 4, filter: 5, status: 6, gate: 7 } as const;

/** The launcher's descriptors by name, seen from the server. */
export interface LauncherStreams<Readable, Writable> {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  display: Readable;
  commands: Writable;
  /** What bubblewrap tells of the program. */
  status: Readable;
}

interface Launch {
  machine: Machine;
  stage: Stage;
  language: SandboxLanguage;
  /** After the interpreter. */
  program: string[];
  workDirectory: string;
  /** Folder with copies of the inputs; null: there are none. */
  filesDirectory: string | null;
  /** Folder with the socket of the proxy; null: it reaches nothing. */
  networkDirectory: string | null;
  limits: RunLimits;
  /** Host user id of the run, when the server is root. */
  uid: number;
  fonts: string[];
  /** Keep the descriptor of a kernel's commands open. */
  commands: boolean;
}

const temporaryBytes = 64 * 2 ** 20;
const insideNode = "/opt/bin/node";

/**
 * The command of a launcher that waits, to be spawned with an EMPTY environment: what the launcher's has in it can be read
 * inside at /proc/1/environ, whatever bubblewrap clears.
 *
 * As root it has a mount namespace of its own, which goes with the last process.
 */
export function launcherCommand({ asRoot, strayDescriptors, launcherShell }: Machine): {
  command: string;
  args: string[];
} {
  const script = [
    "set -e",
    ...strayDescriptors
      .filter((descriptor) => descriptor > descriptors.gate)
      .map((descriptor) => `exec ${descriptor}<&-`),
    `IFS= read -r script <&${descriptors.gate}`,
    `exec ${descriptors.gate}<&-`,
    '. "$script"',
  ].join("\n");
  const [shell = "/bin/sh", ...flags] = launcherShell;
  return asRoot
    ? { command: "/usr/bin/unshare", args: ["--mount", "--propagation", "private", shell, ...flags, "-c", script] }
    : { command: shell, args: [...flags, "-c", script] };
}

/**
 * What a launcher does for one program: puts up the wall and starts the program behind it. As root it first makes the
 * server's folders, which no other user may enter, visible under the stage, and then gives up root for good, before
 * bubblewrap starts.
 */
export function launchScript(launch: Launch): string {
  const { machine, stage, limits, uid } = launch;
  const online = launch.networkDirectory !== null;
  // The relay to the proxy is a program of Node too.
  const usesNode = online || launch.language === "javascript" || launch.language === "typescript";
  const staged = (name: string, host: string) => (machine.asRoot ? path.join(stage.directory, name) : host);
  const work = staged("work", launch.workDirectory);
  const files = launch.filesDirectory === null ? null : staged("files", launch.filesDirectory);
  const network = launch.networkDirectory === null ? null : staged("net", launch.networkDirectory);
  const node = staged("node", process.execPath);
  const mounts = [
    [launch.workDirectory, work],
    ...(launch.filesDirectory === null || files === null ? [] : [[launch.filesDirectory, files]]),
    ...(launch.networkDirectory === null || network === null ? [] : [[launch.networkDirectory, network]]),
    ...(usesNode ? [[process.execPath, node]] : []),
  ];
  const wall = [
    [machine.bubblewrap],
    namespaces,
    ["--ro-bind", "/usr", "/usr"],
    ["bin", "sbin", "lib", "lib32", "lib64"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    // The linker's cache and Debian's choices between equal programs; nothing else of the host's /etc.
    ["ld.so.cache", "alternatives", "fonts", "localtime", "mime.types", "matplotlibrc"].flatMap((name) => [
      "--ro-bind-try",
      `/etc/${name}`,
      `/etc/${name}`,
    ]),
    ["passwd", "group", "hosts", "nsswitch.conf"].flatMap((name) => [
      "--ro-bind",
      path.join(stage.directory, "etc", name),
      `/etc/${name}`,
    ]),
    ["--proc", "/proc", "--dev", "/dev"],
    ["--size", String(temporaryBytes), "--tmpfs", "/dev/shm"],
    ["--perms", "1777", "--size", String(temporaryBytes), "--tmpfs", "/tmp"],
    ["--ro-bind", path.join(stage.directory, "inside"), "/opt/mindmesh"],
    ["--ro-bind", path.join(stage.directory, "inside/node/mindmesh"), "/data/node_modules/mindmesh"],
    launch.fonts.flatMap((name) => ["--symlink", `/opt/mindmesh/matplotlib/${name}`, `/tmp/.matplotlib/${name}`]),
    usesNode ? ["--ro-bind", node, insideNode] : [],
    ["--bind", work, "/data/work", "--symlink", "work/out", "/data/out"],
    files === null ? ["--dir", "/data/files"] : ["--ro-bind", files, "/data/files"],
    network === null ? [] : ["--ro-bind", network, "/run/mindmesh"],
    // The public certificates that https is checked against.
    online ? ["certs", "openssl.cnf"].flatMap((name) => ["--ro-bind-try", `/etc/ssl/${name}`, `/etc/ssl/${name}`]) : [],
    // Everything that can be written has a size: the rest of the root and of /dev is closed.
    ["--remount-ro", "/dev", "--remount-ro", "/"],
    ["--chdir", "/data/work", "--seccomp", String(descriptors.filter)],
    ["--json-status-fd", String(descriptors.status), "--clearenv"],
    Object.entries({ ...environment(limits), ...(online && proxyEnvironment) }).flatMap(([name, value]) => [
      "--setenv",
      name,
      value,
    ]),
    ["--"],
    machine.groups === null ? processLimits(limits) : [],
    online ? withRelay : [],
    interpreter(launch),
    launch.program,
  ].flat();
  const identity = machine.asRoot
    ? ["/usr/bin/setpriv", "--reuid", String(uid), "--regid", String(uid), "--clear-groups", "--no-new-privs", "--"]
    : [];
  return [
    // When the machine runs out of memory, runs go first.
    "echo 800 > /proc/self/oom_score_adj",
    ...(machine.asRoot
      ? mounts.map(([from = "", to = ""]) => `/usr/bin/mount --bind ${quoted(from)} ${quoted(to)}`)
      : []),
    // In blocks of 512 bytes. What is larger: an error for Python and Node, the signal XFSZ for others.
    `ulimit -f ${Math.ceil(limits.fileBytes / 512)}`,
    "ulimit -c 0",
    "ulimit -n 1024",
    ...(launch.commands ? [] : [`exec ${descriptors.commands}<&-`]),
    `exec ${[...identity, ...wall].map(quoted).join(" ")}`,
    "",
  ].join("\n");
}

const namespaces = [
  "--unshare-user",
  "--disable-userns",
  "--unshare-ipc",
  "--unshare-pid",
  "--unshare-net",
  "--unshare-uts",
  "--unshare-cgroup-try",
  "--die-with-parent",
  "--new-session",
  "--uid",
  "1000",
  "--gid",
  "1000",
  "--hostname",
  "sandbox",
];

function environment(limits: RunLimits): Record<string, string> {
  return {
    PATH: "/opt/bin:/usr/local/bin:/usr/bin:/bin",
    HOME: "/tmp",
    USER: "person",
    LANG: "C.UTF-8",
    TMPDIR: "/tmp",
    PYTHONPATH: "/opt/mindmesh/python",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    MPLBACKEND: "module://mindmesh_figures",
    MPLCONFIGDIR: "/tmp/.matplotlib",
    // A thread per processor of a large machine would not fit into the limit of processes.
    OMP_NUM_THREADS: "2",
    OPENBLAS_NUM_THREADS: "2",
    MINDMESH_DISPLAY_FD: String(descriptors.display),
    MINDMESH_MEMORY_BYTES: String(limits.memoryBytes),
  };
}

function interpreter({ language, machine, limits }: Launch): string[] {
  const megabytes = Math.max(32, Math.floor((limits.memoryBytes / 2 ** 20) * 0.75));
  switch (language) {
    case "python":
      return [machine.programs.python ?? "/usr/bin/python3"];
    case "javascript":
    case "typescript":
      // So that a heap that grows too large says so, before the control group kills without a word.
      return [insideNode, `--max-old-space-size=${megabytes}`, "--disable-warning=ExperimentalWarning"];
    case "shell":
      return [machine.programs.shell ?? "/bin/sh"];
  }
}

/** Without control groups. The signal for processor time differs from the one for memory. Set inside, where the processes of the new user namespace are counted from none. */
function processLimits({ memoryBytes, processes, cpuSeconds }: RunLimits): string[] {
  return [
    "/usr/bin/prlimit",
    `--data=${memoryBytes}`,
    `--nproc=${processes}`,
    `--cpu=${cpuSeconds}:${cpuSeconds + 1}`,
    "--",
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
