import path from "node:path";
import { dockerDriver, openSandbox } from "@mindmesh/sandbox";
import { afterAll, beforeAll, vi } from "vitest";
import { probes } from "./probes.ts";
import { type RealDocker, skipUnlessDocker, startDocker } from "./support/real-docker.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

skipUnlessDocker("with Docker", () => {
  let docker: RealDocker;
  beforeAll(async () => {
    docker = await startDocker();
  });
  afterAll(() => docker.stop());

  const setup = {
    name: "Docker's containers",
    languages: ["python" as const, "javascript" as const, "typescript" as const, "shell" as const],
    linux: true,
    places: ["/root", "/home", "/etc/shadow", "/etc/ssh", "/var/run/docker.sock", "/run/docker.sock"],
    open: (directory: string) =>
      openSandbox({
        directory,
        drivers: [dockerDriver({ directory: path.join(directory, "docker"), ...docker })],
        concurrency: 2,
        log: () => undefined,
      }),
    leftovers: () => docker.leftovers(),
  };
  for (const group of ["processes", "host", "computing", "output"] as const) probes(group, setup);
});
