import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const nobody = { uid: 65_534, gid: 65_534 };

/** A Redis that keeps nothing, on a spare port of the loopback address, with `folder` as its working folder. */
export async function startRedis(folder: string, program: string) {
  const asRoot = process.getuid?.() === 0;
  await mkdir(folder, { recursive: true });
  if (asRoot) await chown(folder, nobody.uid, nobody.gid);
  const port = await sparePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  const child = spawn(program, args, { stdio: "ignore", detached: true, ...(asRoot ? nobody : {}) });
  const atExit = () => child.kill("SIGKILL");
  process.once("exit", atExit);
  const exited = once(child, "exit");
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    await wait(20);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      process.off("exit", atExit);
      child.kill("SIGKILL"); // there is nothing to save
      await exited;
    },
  };
}

export async function sparePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = once(socket, "connect").then(
    () => true,
    () => false,
  );
  return connected.finally(() => socket.destroy());
}
