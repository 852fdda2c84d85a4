import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { openHostsProxy } from "../../network/hosts-proxy.ts";
import type { SandboxNetwork } from "../../network/network.ts";

export interface RunProxy {
  /** Folder with the socket `proxy`, to be bound at /run/mindmesh. */
  directory: string;
  close(): Promise<void>;
}

const proxyAddress = "http://127.0.0.1:3128";
/** As curl, Python, pip, Git and (by the last one) Node read it. */
export const proxyEnvironment = {
  http_proxy: proxyAddress,
  https_proxy: proxyAddress,
  HTTP_PROXY: proxyAddress,
  HTTPS_PROXY: proxyAddress,
  NODE_USE_ENV_PROXY: "1",
};

/** Starts the relay to the proxy (inside/network) and becomes the program that follows. */
export const withRelay = ["/bin/sh", "/opt/mindmesh/network/with-relay.sh"];

/** The proxy of one run, on a socket in a folder of its own below `sockets`, whose path must be short (107 bytes in all). */
export async function openRunProxy(
  sockets: string,
  { id, hosts }: { id: string; hosts: readonly string[] },
  connect: SandboxNetwork["connect"] | undefined,
): Promise<RunProxy> {
  if (connect === undefined) throw new Error("This wall has no way to the network.");
  const directory = path.join(sockets, id);
  await mkdir(directory, { mode: 0o755 });
  const proxy = await openHostsProxy(path.join(directory, "proxy"), hosts, connect);
  return {
    directory,
    async close() {
      await proxy.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
