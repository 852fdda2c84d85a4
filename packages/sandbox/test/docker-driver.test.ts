import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Sandbox, dockerDriver, openSandbox } from "@mindmesh/sandbox";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { allowedHosts } from "./allowed-hosts.ts";
import { kernels } from "./kernels.ts";
import { outcomeOf } from "./support/outcome-of.ts";
import { type RealDocker, ask, skipUnlessDocker, startDocker } from "./support/real-docker.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

skipUnlessDocker("with Docker", () => {
  let docker: RealDocker;
  beforeAll(async () => {
    docker = await startDocker();
  });
  afterAll(() => docker.stop());
  const open = (directory: string) =>
    openSandbox({
      directory,
      drivers: [dockerDriver({ directory: path.join(directory, "docker"), ...docker })],
      concurrency: 2,
      log: () => undefined,
    });

  kernels({
    name: "Docker's containers",
    languages: ["python", "javascript", "typescript", "shell"],
    linux: true,
    open,
    leftovers: () => docker.leftovers(),
  });

  allowedHosts({
    name: "Docker's containers",
    driver: (directory, connect) => dockerDriver({ directory, connect, ...docker }),
    sockets: (directory) => readdir(path.join(directory, "net")),
  });

  describe("runs behind Docker's containers", () => {
    let place: string;
    let sandbox: Sandbox;
    beforeAll(async () => {
      place = await mkdtemp(path.join(tmpdir(), "mindmesh-docker-test-"));
      sandbox = await open(path.join(place, "sandbox"));
    });
    afterAll(async () => {
      await sandbox.close();
      await rm(place, { recursive: true, force: true });
    });
    const { signal } = new AbortController();
    const request = () => ({ person: "one", directory: path.join(place, "work"), signal });

    it("says what it guards and what not, and which languages and packages the image has", () => {
      const { driver, guards, gaps, languages } = sandbox.describe();
      expect(driver).toBe("docker");
      expect(guards.join(" ")).toContain("seccomp");
      expect(gaps.join(" ")).toContain("kernel is shared");
      expect(gaps.join(" ")).not.toContain("cannot be reached");
      expect(languages.map(({ language, packages }) => [language, ...packages])).toStrictEqual([
        ["python", "demo-package"],
        ["javascript"],
        ["typescript"],
        ["shell"],
      ]);
    });

    it("takes input and files, shows tables, names the line of an error, and hands out what was made", async () => {
      const input = path.join(place, "data.csv");
      await writeFile(input, "a,b\n1,2\n", { mode: 0o600 });
      const told = await outcomeOf(
        sandbox.run({
          ...request(),
          language: "python",
          source: `import sys
print(input(), open('/data/files/data.csv').read().split()[1])
class Table:
    def _repr_html_(self): return '<b>table</b>'
display(Table())
open('/data/out/made.txt', 'w').write('made')
1 / 0`,
          stdin: Buffer.from("hello\n"),
          inputs: [{ name: "data.csv", hostPath: input }],
        }),
      );
      expect(told.stdout).toBe("hello 1,2\n");
      expect(told.events).toContainEqual({ type: "display", mime: "text/html", data: "<b>table</b>" });
      expect(told.events).toContainEqual(expect.objectContaining({ type: "file", path: "made.txt", bytes: 4 }));
      expect(told.finished).toMatchObject({ exitCode: 1, error: { file: "main.py", line: 7 } });
    });

    it("measures what a program used, and does not take a program that kills itself for one without memory", async () => {
      const source = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass";
      const { finished } = await outcomeOf(sandbox.run({ ...request(), language: "python", source }));
      expect(finished.usage.cpuMs).toBeGreaterThan(100);
      expect(finished.usage.peakMemoryBytes).toBeGreaterThan(2 ** 20);
      const killed = await outcomeOf(sandbox.run({ ...request(), language: "shell", source: "kill -9 $$" }));
      expect(killed.finished).toMatchObject({ reason: "exit", exitCode: 137 });
    });

    it("removes at its start what a crash left", async () => {
      const { text } = await ask(
        docker.socketPath,
        "POST",
        "/containers/create",
        JSON.stringify({ Image: docker.image, Cmd: ["sleep", "1000"], Labels: await labels() }),
      );
      await ask(docker.socketPath, "POST", `/containers/${(JSON.parse(text) as { Id: string }).Id}/start`);
      expect(await docker.leftovers()).not.toStrictEqual([]);
      await (await open(path.join(place, "sandbox"))).close();
      expect(await docker.leftovers()).toStrictEqual([]);
    });

    /** As a container of this sandbox has them while it runs. */
    async function labels(): Promise<object> {
      const away = new AbortController();
      let found = {};
      const run = sandbox.run({ ...request(), language: "shell", source: "echo on; sleep 60", signal: away.signal });
      for await (const event of run) {
        if (event.type !== "output") continue;
        const { text } = await ask(docker.socketPath, "GET", "/containers/json");
        found = (JSON.parse(text) as { Labels: object }[])[0]?.Labels ?? {};
        away.abort();
      }
      return found;
    }

    it("an engine that is killed loses the run and no file, and says so; one that comes back serves again", async () => {
      const directory = path.join(place, "kept");
      await mkdir(directory);
      await writeFile(path.join(directory, "kept.txt"), "kept");
      const seen: string[] = [];
      const run = { ...request(), directory, language: "shell" as const };
      for await (const event of sandbox.run({ ...run, source: "echo begun; sleep 1000" })) {
        if (event.type === "output") await docker.crash();
        seen.push(event.type === "finished" ? `finished: ${event.reason} ${event.message}` : event.type);
      }
      expect(seen).toStrictEqual(["started", "output", expect.stringMatching(/^finished: lost Docker's engine lost/)]);
      expect(await readFile(path.join(directory, "kept.txt"), "utf8")).toBe("kept");
      const meanwhile = await outcomeOf(sandbox.run({ ...run, source: "cat kept.txt" }));
      expect(meanwhile.finished).toMatchObject({ reason: "lost", message: expect.stringContaining("ENOENT") });
      await docker.restart();
      const again = await outcomeOf(sandbox.run({ ...run, source: "cat kept.txt" }));
      expect(again.stdout).toBe("kept");
      expect(await docker.leftovers()).toStrictEqual([]);
    });
  });
});
