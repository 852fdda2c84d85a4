import path from "node:path";
import type { RunLimits } from "../../limits.ts";
import type { SandboxLanguage } from "../../sandbox.ts";
import { proxyEnvironment, withRelay } from "../linux/run-proxy.ts";

/** All containers of one driver's folder carry it, so that a later start finds what a crash left. */
export const ownLabel = "app.mindmesh.sandbox";

interface Wanted {
  image: string;
  /** Null: the engine's usual one. */
  runtime: string | null;
  /** The filter of system calls as `SecurityOpt` takes it; null: the engine's usual one. */
  filter: string | null;
  label: string;
  language: SandboxLanguage;
  /** After the interpreter. */
  program: string[];
  workDirectory: string;
  /** Folder with copies of the inputs. */
  filesDirectory: string;
  /** Folder with the socket of the proxy; null: it reaches nothing. */
  networkDirectory: string | null;
  /** The file into which the program writes what it shows. */
  displayFile: string;
  /** Its standard input carries the commands of a kept interpreter. */
  commands: boolean;
  uid: number;
  gid: number;
  limits: RunLimits;
}

const inside = path.join(import.meta.dirname, "../linux/inside");
const temporaryBytes = 64 * 2 ** 20;

const interpreters: Record<SandboxLanguage, (megabytes: number) => string[]> = {
  python: () => ["python3"],
  javascript: (megabytes) => ["node", `--max-old-space-size=${megabytes}`],
  typescript: (megabytes) => ["node", `--max-old-space-size=${megabytes}`, "--disable-warning=ExperimentalWarning"],
  shell: () => ["sh"],
};

/** Opens the file of displays as descriptor 3, moves commands to descriptor 4, and becomes the program. */
const entrances = {
  program: 'exec "$@" 3>>/run/mindmesh-display',
  commands: 'exec "$@" 3>>/run/mindmesh-display 4<&0 </dev/null',
};

/**
 * A container that can reach nothing but its proxy, if it has one, and write nowhere but in its working directory, 64 MB of
 * temporary and 64 MB of shared memory, and the file of its displays.
 */
export function containerBody(wanted: Wanted): object {
  const { limits, language, commands, networkDirectory } = wanted;
  const megabytes = Math.max(32, Math.floor((limits.memoryBytes / 2 ** 20) * 0.75));
  const online = networkDirectory !== null;
  const bind = (from: string, to: string, readOnly: boolean) => ({
    Type: "bind",
    Source: from,
    Target: to,
    ReadOnly: readOnly,
  });
  return {
    Image: wanted.image,
    Entrypoint: ["/bin/sh", "-c", commands ? entrances.commands : entrances.program, "sh"],
    Cmd: [...(online ? withRelay : []), ...interpreters[language](megabytes), ...wanted.program],
    User: `${wanted.uid}:${wanted.gid}`,
    WorkingDir: "/data/work",
    Hostname: "sandbox",
    Env: [
      "HOME=/tmp",
      "TMPDIR=/tmp",
      "LANG=C.UTF-8",
      "PYTHONPATH=/opt/mindmesh/python",
      "PYTHONDONTWRITEBYTECODE=1",
      "PYTHONUNBUFFERED=1",
      "MPLBACKEND=module://mindmesh_figures",
      "MPLCONFIGDIR=/tmp/.matplotlib",
      "OMP_NUM_THREADS=2",
      "OPENBLAS_NUM_THREADS=2",
      "MINDMESH_DISPLAY_FD=3",
      `MINDMESH_MEMORY_BYTES=${limits.memoryBytes}`,
      ...(online ? Object.entries(proxyEnvironment).map(([name, value]) => `${name}=${value}`) : []),
    ],
    Labels: { [ownLabel]: wanted.label },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    NetworkDisabled: true,
    HostConfig: {
      ...(wanted.runtime !== null && { Runtime: wanted.runtime }),
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges", ...(wanted.filter === null ? [] : [`seccomp=${wanted.filter}`])],
      IpcMode: "private",
      CgroupnsMode: "private",
      // Reaps what a program leaves, and passes signals on.
      Init: true,
      PidsLimit: limits.processes,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      OomScoreAdj: 800,
      Ulimits: [
        // Each process by itself, should the engine's figures fail; the signal for it differs from the one for memory. A kept
        // interpreter has as much for each of its runs.
        ...(commands ? [] : [{ Name: "cpu", Soft: limits.cpuSeconds, Hard: limits.cpuSeconds + 1 }]),
        { Name: "fsize", Soft: limits.fileBytes, Hard: limits.fileBytes },
        { Name: "nofile", Soft: 1024, Hard: 1024 },
        { Name: "core", Soft: 0, Hard: 0 },
      ],
      ShmSize: temporaryBytes,
      Tmpfs: { "/tmp": `rw,nosuid,nodev,size=${temporaryBytes},mode=1777` },
      Mounts: [
        bind(wanted.workDirectory, "/data/work", false),
        bind(path.join(wanted.workDirectory, "out"), "/data/out", false),
        bind(wanted.filesDirectory, "/data/files", true),
        bind(inside, "/opt/mindmesh", true),
        bind(path.join(inside, "node/mindmesh"), "/data/node_modules/mindmesh", true),
        bind(wanted.displayFile, "/run/mindmesh-display", false),
        ...(online ? [bind(networkDirectory, "/run/mindmesh", true)] : []),
      ],
      // What it prints goes to us; the engine keeps none of it.
      LogConfig: { Type: "none" },
    },
  };
}
