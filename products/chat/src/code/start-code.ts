import { join } from "node:path";
import type { Kernel } from "@mindmesh/kernel/product";
import type { Tool } from "@mindmesh/kernel/tools";
import type { FastifyInstance } from "fastify";
import { createCodeRunner } from "./code-runner.ts";
import { loseOrphanedRuns } from "./end-run.ts";
import { runRoutesOn } from "./routes.ts";
import type { SandboxAccess } from "./sandbox-access.ts";
import { codeTools } from "./tools.ts";

const orphanSweepSeconds = 5;

/** Code that runs in conversations: its routes, its tools, and the sweep that ends what a dead server left. */
export function startCode(
  app: FastifyInstance,
  kernel: Kernel,
  sandbox: SandboxAccess,
): { tools: Tool[]; drain(seconds: number): Promise<void> } {
  const { db, log, blobs, serverId, config } = kernel;
  const runner = createCodeRunner({ ...kernel, sandbox, folder: join(config.dataDirectory, "code") });
  const dependencies = { db, blobs, runner, sandbox, serverId };
  runRoutesOn(app, dependencies);
  const sweep = () =>
    loseOrphanedRuns(db).catch((error) =>
      log.error({ err: error }, "runs of a server that is gone could not be ended"),
    );
  void sweep();
  const timer = setInterval(() => void sweep(), orphanSweepSeconds * 1000);
  return {
    tools: codeTools(dependencies),
    async drain(seconds) {
      clearInterval(timer);
      await runner.drain(seconds);
    },
  };
}
