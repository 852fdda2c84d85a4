import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, realpath, rm, rmdir, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { skipUnlessThere } from "./skip-unless.ts";

/** Docker's own engine, as Debian's package docker.io brings it. */
export const skipUnlessDocker = (title: string, body: () => void) =>
  skipUnlessThere(["/usr/sbin/dockerd", "/usr/bin/containerd", "/usr/sbin/runc", "/usr/bin/python3"], title, body);

const tools = "cat head tail tr grep sed sleep cp chmod id ls touch rm wc mkdir env mknod mkfifo ln".split(" ");
const leftOut = ["test", "idlelib", "lib2to3", "config-*", "ensurepip", "__pycache__"];

/**
 * Docker's engine on a socket of its own, with an image made of this machine's shell, tools, Python and Node. It has no
 * network at all, and all that it keeps lies in one temporary folder.
 */
export async function startDocker() {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-dockerd-"));
  const socketPath = join(folder, "docker.sock");
  const image = "mindmesh-code:1";
  const begin = async () => {
    const engine = spawn("/usr/sbin/dockerd", settings(folder, socketPath), {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    engine.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4000)));
    const ended = new Promise<void>((resolve) => engine.once("exit", () => resolve()));
    await answering(engine, socketPath, () => said);
    return { engine, ended };
  };
  const end = async ({ engine, ended }: Awaited<ReturnType<typeof begin>>, signal: "SIGTERM" | "SIGKILL") => {
    engine.kill(signal);
    await ended;
  };
  let running = await begin();
  const stop = async () => {
    await end(running, "SIGTERM");
    // An engine that was killed has left its own.
    for (const mount of mountsBelow(folder)) await promisify(execFile)("/usr/bin/umount", [mount]);
    for (const group of await groupsOf(folder)) await rmdir(group);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await importImage(socketPath, image, folder);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    image,
    socketPath,
    leftovers: () => leftovers(socketPath, folder),
    /** The engine dies, and containerd with it; its containers do not. */
    async crash() {
      await end(running, "SIGKILL");
      await rm(socketPath);
      // Where the machine's first process reaps nobody, a new engine would wait for the dead one of this id.
      await rm(join(folder, "exec/containerd/containerd.pid"), { force: true });
    },
    async restart() {
      running = await begin();
    },
    stop,
  };
}

function settings(folder: string, socketPath: string): string[] {
  return [
    "--host",
    `unix://${socketPath}`,
    "--data-root",
    join(folder, "data"),
    "--exec-root",
    join(folder, "exec"),
    "--pidfile",
    join(folder, "pid"),
    "--log-level",
    "error",
    "--cgroup-parent",
    `/${basename(folder)}`,
    "--iptables=false",
    "--ip6tables=false",
    "--bridge=none",
  ];
}

export type RealDocker = Awaited<ReturnType<typeof startDocker>>;

async function answering(engine: ChildProcess, socketPath: string, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (engine.exitCode !== null) throw new Error(`Docker's engine ended: ${said()}`);
    const answer = await ask(socketPath, "GET", "/_ping").catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Docker's engine does not answer: ${said()}`);
}

/** @param body a file that is sent as it is */
export async function ask(socketPath: string, method: string, path: string, body?: string | { file: string }) {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const type = typeof body === "object" ? "application/x-tar" : "application/json";
    const asked = request({ socketPath, method, path, headers: { host: "docker", "content-type": type } });
    asked.once("response", resolve).once("error", reject);
    if (typeof body === "object") pipeline(createReadStream(body.file), asked).catch(reject);
    else asked.end(body);
  });
  let text = "";
  for await (const piece of answer) text += String(piece);
  return { status: answer.statusCode ?? 0, text };
}

async function importImage(socketPath: string, image: string, folder: string): Promise<void> {
  const run = promisify(execFile);
  const python = await realpath("/usr/bin/python3");
  const library = `/usr/lib/${python.split("/").at(-1)}`;
  const programs = ["/bin/sh", "/usr/bin/python3", ...tools.map((name) => `/usr/bin/${name}`)];
  const modules = (await readdir(`${library}/lib-dynload`)).map((name) => `${library}/lib-dynload/${name}`);
  const { stdout } = await run("/usr/bin/ldd", [...programs, ...modules, process.execPath]);
  const libraries = new Set([...stdout.matchAll(/(\/lib\S+) \(0x/g)].map(([, file = ""]) => file));
  const bare = join(folder, "image");
  const folders = ["bin", "usr/bin", "usr/lib", "usr/local/bin", ...[...libraries].map((file) => join(file, ".."))];
  for (const each of folders) await mkdir(join(bare, each), { recursive: true });
  // One package more than the library has, to be listed.
  const demo = join(bare, library.replace("/usr/lib", "usr/local/lib"), "dist-packages/demo_package-1.0.dist-info");
  await mkdir(demo, { recursive: true });
  await writeFile(join(demo, "METADATA"), "Metadata-Version: 2.1\nName: demo-package\nVersion: 1.0\n");
  const tar = join(folder, "image.tar");
  await run("/usr/bin/tar", ["--create", "--file", tar, "--directory", bare, "."]);
  const relative = [...programs, ...libraries, library, process.execPath].map((file) => file.slice(1));
  await run("/usr/bin/tar", [
    "--append",
    "--dereference",
    "--file",
    tar,
    "--directory",
    "/",
    ...leftOut.map((name) => `--exclude=${library.slice(1)}/${name}`),
    "--transform",
    `s,^${process.execPath.slice(1)}$,usr/local/bin/node,`,
    ...relative,
  ]);
  const [repository, tag] = image.split(":");
  const made = await ask(socketPath, "POST", `/images/create?fromSrc=-&repo=${repository}&tag=${tag}`, { file: tar });
  if (made.status !== 200 || made.text.includes('"error"')) throw new Error(`No image could be made: ${made.text}`);
  await rm(tar);
}

/** Containers, their mounts, processes and control groups, wherever they have been made. */
async function leftovers(socketPath: string, folder: string): Promise<string[]> {
  const { text } = await ask(socketPath, "GET", "/containers/json?all=1");
  const containers = (JSON.parse(text) as { Id: string }[]).map(({ Id }) => `container ${Id}`);
  const mounts = mountsBelow(folder).filter((mount) => /overlay|\/containers\/|shm/.test(mount));
  const processes: string[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      if (command.includes("containerd-shim") && command.includes(folder)) processes.push(`process ${name}`);
    } catch {
      // It has ended in the meantime.
    }
  }
  const groups: string[] = [];
  for (const group of await groupsOf(folder)) {
    const found = (await readdir(group, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    groups.push(...found.map(({ name }) => `group ${join(group, name)}`));
  }
  return [...containers, ...mounts, ...processes, ...groups].sort();
}

/** The last mounted first. */
function mountsBelow(folder: string): string[] {
  const all = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return all
    .flatMap((line) => line.split(" ")[1] ?? [])
    .filter((at) => at.startsWith(`${folder}/`))
    .toReversed();
}

/** The control group of the engine's containers in each hierarchy: version 2 has one, version 1 one per controller. */
async function groupsOf(folder: string): Promise<string[]> {
  const roots = ["", ...(await readdir("/sys/fs/cgroup").catch(() => []))].map((name) => join("/sys/fs/cgroup", name));
  return roots.map((root) => join(root, basename(folder))).filter(existsSync);
}
