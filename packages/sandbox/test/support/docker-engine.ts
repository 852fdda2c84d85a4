import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of a container's body, what this engine looks at. */
interface Body {
  Image: string;
  Entrypoint: string[];
  Cmd: string[];
  User: string;
  Env: string[];
  Labels: Record<string, string>;
  HostConfig: {
    Runtime?: string;
    NetworkMode: string;
    Memory: number;
    Ulimits: { Name: string; Soft: number }[];
    Mounts: { Source: string; Target: string; ReadOnly: boolean }[];
  };
}

interface Container {
  id: string;
  body: Body;
  process?: ChildProcess;
  socket?: Socket;
  exitCode: number | null;
  isOutOfMemory: boolean;
  waiting: ((code: number) => void)[];
}

/** What the engine does wrong, for the self-test to find. */
type Fault = "network" | "root" | "other-folders" | "no-memory-limit" | "no-node";

/**
 * A small engine that speaks Docker's HTTP API on a socket, for what Docker's own (real-docker.ts) cannot show: a runtime of gVisor,
 * and faults. What is asked of a container is done with namespaces, bind mounts and a changed root, by root. Its "image" is the machine's own /usr. Memory is bounded
 * for each process, and a process that says that it has none left counts as killed for it.
 */
export async function startDockerEngine(image: string, { runtimes = ["runc"], fault }: EngineSettings = {}) {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-docker-"));
  const containers = new Map<string, Container>();
  const created: Body[] = [];
  let number = 0;

  function begin(container: Container): void {
    const { body } = container;
    const child = spawn(
      "/usr/bin/unshare",
      [
        "--mount",
        "--pid",
        "--fork",
        "--ipc",
        "--uts",
        ...(body.HostConfig.NetworkMode === "none" && fault !== "network" ? ["--net"] : []),
        "/bin/sh",
        "-c",
        script(body, fault),
        "sh",
        ...body.Entrypoint,
        ...body.Cmd,
      ],
      { env: {}, stdio: ["pipe", "pipe", "pipe"] },
    );
    container.process = child;
    const { socket } = container;
    let said = "";
    child.stdin.on("error", () => undefined);
    socket?.pipe(child.stdin);
    for (const [kind, stream] of [
      [1, child.stdout],
      [2, child.stderr],
    ] as const) {
      stream.on("data", (bytes: Buffer) => {
        if (kind === 2) said = (said + bytes.toString("latin1")).slice(-5000);
        const head = Buffer.alloc(8);
        head[0] = kind;
        head.writeUInt32BE(bytes.length, 4);
        socket?.write(Buffer.concat([head, bytes]));
      });
    }
    child.once("close", (code, signal) => {
      container.isOutOfMemory =
        fault !== "no-memory-limit" && /memory exhausted|MemoryError|heap out of memory/.test(said);
      container.exitCode = signal === null && !container.isOutOfMemory ? (code ?? 1) : 137;
      socket?.end();
      for (const told of container.waiting) told(container.exitCode);
    });
  }

  function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
    const url = new URL(request.url ?? "/", "http://docker");
    const path = url.pathname.replace(/^\/v\d+\.\d+/, "");
    const say = (status: number, body?: unknown) => {
      response.writeHead(status, { "content-type": "application/json", "api-version": "1.47" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (path === "/version") return say(200, { ApiVersion: "1.47", Version: "27.3.1" });
    if (path === "/info") return say(200, { Runtimes: Object.fromEntries(runtimes.map((name) => [name, {}])) });
    if (path.startsWith("/images/")) {
      const asked = decodeURIComponent(path.slice("/images/".length, -"/json".length));
      return asked === image ? say(200, { Id: "sha256:1" }) : say(404, { message: `No such image: ${asked}` });
    }
    if (path === "/containers/create") {
      const body = JSON.parse(text) as Body;
      number += 1;
      const id = `c${number}`.padEnd(64, "0");
      created.push(body);
      containers.set(id, { id, body, exitCode: null, isOutOfMemory: false, waiting: [] });
      return say(201, { Id: id, Warnings: [] });
    }
    if (path === "/containers/json") {
      const wanted = (JSON.parse(url.searchParams.get("filters") ?? "{}") as { label?: string[] }).label ?? [];
      const has = ({ body }: Container) =>
        wanted.every((each) => Object.entries(body.Labels).some(([name, value]) => each === `${name}=${value}`));
      return say(
        200,
        [...containers.values()].filter(has).map(({ id }) => ({ Id: id })),
      );
    }
    const [, , id = "", action = ""] = path.split("/");
    const container = containers.get(id);
    if (!container) return say(404, { message: `No such container: ${id}` });
    const isRunning = container.process !== undefined && container.exitCode === null;
    if (request.method === "DELETE") {
      if (isRunning) {
        container.waiting.push(() => say(204));
        killAll(container.process);
      } else say(204);
      containers.delete(id);
      return undefined;
    }
    switch (action) {
      case "start":
        begin(container);
        return say(204);
      case "kill":
        if (!isRunning) return say(409, { message: `Container ${id} is not running` });
        killAll(container.process);
        return say(204);
      case "wait":
        if (container.exitCode !== null) return say(200, { StatusCode: container.exitCode });
        return void container.waiting.push((code) => say(200, { StatusCode: code }));
      case "json":
        return say(200, { State: { OOMKilled: container.isOutOfMemory, ExitCode: container.exitCode ?? 0 } });
      case "stats":
        return say(200, {
          cpu_stats: { cpu_usage: { total_usage: cpuOf(container.process?.pid) } },
          memory_stats: { usage: 10_000_000 },
        });
      default:
        return say(404, { message: "page not found" });
    }
  }

  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (bytes: Buffer) => (text += bytes.toString()));
    request.on("end", () => answer(request, response, text));
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("upgrade", (request, socket) => {
    const id = /\/containers\/([^/]+)\/attach/.exec(request.url ?? "")?.[1] ?? "";
    const container = containers.get(id);
    if (!container) return void socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    socket.on("error", () => undefined);
    container.socket = socket as Socket;
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  });
  const socketPath = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const stop = async () => {
    for (const { process } of containers.values()) killAll(process);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  };
  return { socketPath, created, containers: () => [...containers.keys()], stop };
}

interface EngineSettings {
  runtimes?: string[];
  fault?: Fault | undefined;
}

/** Room that Node reserves for code and never uses, which this limit counts and a control group does not. */
const reservedByNode = 2 ** 31;

/** Builds the container's root, goes there as the asked user, and becomes the program, which follows as arguments. */
function script({ User, Env, HostConfig, Cmd }: Body, fault: Fault | undefined): string {
  const [uid, gid] = fault === "root" ? ["0", "0"] : User.split(":");
  const limit = (name: string) => HostConfig.Ulimits.find((each) => each.Name === name)?.Soft ?? 0;
  const quoted = (value: string) => `'${value.replaceAll("'", String.raw`'\''`)}'`;
  const bind = (from: string, to: string, readOnly: boolean) => [
    `if [ -d ${quoted(from)} ]; then mkdir -p $R${to}; else mkdir -p $R$(dirname ${to}); : > $R${to}; fi`,
    `mount --bind ${quoted(from)} $R${to}`,
    ...(readOnly ? [`mount -o remount,bind,ro $R${to}`] : []),
  ];
  const lost = (target: string) => fault === "other-folders" && target === "/data/out";
  return [
    "set -e",
    // Its own 127.0.0.1, as Docker has it in a container without network (SIOCSIFFLAGS, IFF_UP).
    `python3 -c "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14x', b'lo', 1))"`,
    "mount --make-rprivate /",
    "R=/mnt",
    "mount -t tmpfs -o size=8m tmpfs $R",
    "mkdir -p $R/proc $R/dev $R/tmp $R/etc $R/usr",
    ...bind("/usr", "/usr", true),
    "for each in bin sbin lib lib64; do ln -s usr/$each $R/$each; done",
    ...["/etc/ld.so.cache", "/etc/alternatives"].flatMap((each) => bind(each, each, true)),
    ...["null", "zero", "urandom"].flatMap((each) => bind(`/dev/${each}`, `/dev/${each}`, false)),
    ...(fault === "no-node"
      ? ["if [ -e $R/usr/bin/node ]; then mount --bind /dev/null $R/usr/bin/node; fi"]
      : bind(process.execPath, "/opt/bin/node", true)),
    "mount -t proc -o nosuid,nodev proc $R/proc",
    "mount -o bind $R/proc/sys $R/proc/sys && mount -o remount,bind,ro $R/proc/sys",
    "mount -t tmpfs -o size=64m,mode=1777 tmpfs $R/tmp",
    ...HostConfig.Mounts.flatMap(({ Source, Target, ReadOnly }) =>
      lost(Target)
        ? ["mkdir -p $R/data/out", "mount -t tmpfs -o mode=1777 tmpfs $R/data/out"]
        : bind(Source, Target, ReadOnly),
    ),
    "mount -o remount,ro $R",
    [
      "exec chroot $R /usr/bin/setpriv",
      `--reuid ${uid} --regid ${gid} --clear-groups --no-new-privs`,
      fault === "root" ? "" : "--bounding-set=-all --inh-caps=-all",
      `/usr/bin/prlimit --cpu=${limit("cpu")}:${limit("cpu") + 1} --fsize=${limit("fsize")} --core=0`,
      fault === "no-memory-limit"
        ? "--data=300000000"
        : `--data=${HostConfig.Memory + (Cmd.includes("node") ? reservedByNode : 0)}`,
      `/usr/bin/env -i --chdir=/data/work PATH=/opt/bin:/usr/bin:/bin ${Env.map(quoted).join(" ")} "$@"`,
    ].join(" "),
  ].join("\n");
}

/** All processes of a container die with its first one, which is the only child of `unshare`. */
function killAll(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  for (const first of childrenOf(child.pid)) process.kill(first, "SIGKILL");
  child.kill("SIGKILL");
}

function childrenOf(id: number): number[] {
  return readFileSync(`/proc/${id}/task/${id}/children`, "latin1").split(" ").filter(Boolean).map(Number);
}

/** Of a process and all below it, in nanoseconds. */
function cpuOf(id: number | undefined): number {
  if (id === undefined) return 0;
  try {
    const fields = readFileSync(`/proc/${id}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    const own = (Number(fields[11]) + Number(fields[12])) * 1e7;
    return childrenOf(id).reduce((sum, each) => sum + cpuOf(each), own);
  } catch {
    return 0;
  }
}
