import { join } from "node:path";
import type { SandboxAccess } from "@mindmesh/chat";
import type { Config } from "@mindmesh/kernel/config";
import type { Outbound } from "@mindmesh/kernel/outbound";
import type { Logger } from "@mindmesh/kernel/observe";
import type { ContainerSettings, Sandbox, SandboxDescription } from "@mindmesh/sandbox";

/** The containers that the operator wants code to run in; undefined: none. */
export function containersOf({
  CODE_IMAGE: image,
  CODE_ENGINE_SOCKET: socketPath,
}: Pick<Config, "CODE_IMAGE" | "CODE_ENGINE_SOCKET">): ContainerSettings | undefined {
  return image === undefined ? undefined : { image, socketPath };
}

export type ServerSandbox = SandboxAccess & { close(): Promise<void> };

/**
 * The sandbox of a server: its walls are tested when somebody first needs them, which `open` after the start does, so that
 * a start does not wait for it.
 */
export function openSandboxLater(
  config: Pick<Config, "dataDirectory" | "CODE_RUNS_AT_ONCE" | "CODE_IMAGE" | "CODE_ENGINE_SOCKET">,
  outbound: Pick<Outbound, "guardedFetch" | "guardedConnect">,
  log: Logger,
): ServerSandbox {
  let opening: Promise<Sandbox> | undefined;
  let opened: Sandbox | undefined;
  let failed: SandboxDescription | undefined;

  async function begin(): Promise<Sandbox> {
    try {
      // Not loaded with the server, which would start later for it.
      const { openSandbox } = await import("@mindmesh/sandbox");
      opened = await openSandbox({
        directory: join(config.dataDirectory, "sandbox"),
        concurrency: config.CODE_RUNS_AT_ONCE,
        containers: containersOf(config),
        network: { fetch: outbound.guardedFetch, connect: outbound.guardedConnect },
        log: (message, details) => log.info({ ...details }, message),
      });
      return opened;
    } catch (error) {
      const reason = "The sandbox could not be opened; the server's log says why.";
      failed = { driver: null, reason, guards: [], gaps: [], languages: [], running: 0, waiting: 0 };
      log.error({ err: error }, "the sandbox could not be opened");
      throw error;
    }
  }

  return {
    open: () => (opening ??= begin()),
    describe: () => opened?.describe() ?? failed ?? null,
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}
