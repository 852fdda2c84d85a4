/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-describe-callback, vitest/valid-title */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerDriver, openSandbox } from "@mindmesh/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SandboxDriver } from "../src/driver.ts";
import { startDockerEngine } from "./support/docker-engine.ts";
import { type Place, drive, makePlace } from "./support/drive.ts";

const image = "mindmesh-code:1";
/** The engine of these tests makes its containers as root, with what Linux has for it. */
const canRun = process.getuid?.() === 0 && existsSync("/usr/bin/unshare") && existsSync("/usr/bin/python3");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mindmesh-docker-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("says that no engine answers, and where", async () => {
  const driver = dockerDriver({ directory: join(folder, "none"), image, socketPath: join(folder, "docker.sock") });
  expect(await driver.selfTest()).toStrictEqual({
    passed: false,
    reason: `No Docker engine answers at ${join(folder, "docker.sock")}.`,
  });
});

describe.skipIf(!canRun)("behind containers", () => {
  let engine: Awaited<ReturnType<typeof startDockerEngine>>;
  let driver: SandboxDriver;
  let place: Place;
  beforeAll(async () => {
    engine = await startDockerEngine(image, { runtimes: ["runc", "runsc"] });
    driver = dockerDriver({ directory: join(folder, "own"), image, socketPath: engine.socketPath });
    place = await makePlace();
  });
  afterAll(async () => {
    await driver.close();
    await place.remove();
    await engine.stop();
  });
  afterEach(async () => {
    const left = [...engine.containers(), ...(await readdir(join(folder, "own/runs")))];
    if (left.length > 0) throw new Error(`A test has left ${left.join(", ")}.`);
  });

  it("passes its own test, and says what the image has and what gVisor guards", { timeout: 60_000 }, async () => {
    const report = await driver.selfTest();
    if (!report.passed) throw new Error(report.reason);
    expect(report.languages.map(({ language }) => language)).toStrictEqual([
      "python",
      "javascript",
      "typescript",
      "shell",
    ]);
    expect(report.guards.join(" ")).toContain("gVisor (runsc)");
    expect(report.gaps.join(" ")).not.toContain("kernel is shared");
  });

  it("asks for a container that can do nothing: no network, no capabilities, read-only, limited, never root", async () => {
    await drive(driver, "shell", "true", { place, limits: { memoryBytes: 128 * 2 ** 20, processes: 20 } });
    expect(engine.created.at(-1)).toMatchObject({
      Image: image,
      NetworkDisabled: true,
      User: expect.not.stringMatching(/^0:|:0$/),
      HostConfig: {
        Runtime: "runsc",
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        PidsLimit: 20,
        Memory: 128 * 2 ** 20,
        MemorySwap: 128 * 2 ** 20,
        LogConfig: { Type: "none" },
      },
    });
    const { Env } = engine.created.at(-1) as { Env: string[] };
    expect(Env.join(" ")).not.toMatch(/SECRET|DATABASE|KEY/);
  });

  it("runs Python with input, files and figures; what it writes comes out", async () => {
    const input = join(folder, "data.csv");
    await writeFile(input, "a,b\n1,2\n", { mode: 0o600 });
    const told = await drive(
      driver,
      "python",
      `import sys
print(input(), open('/data/files/data.csv').read().split()[1])
print('careful', file=sys.stderr)
class Table:
    def _repr_html_(self): return '<b>table</b>'
display(Table())
open('/data/out/made.txt', 'w').write('made')
sys.exit(3)`,
      { place, stdin: "hello\n", inputs: [{ name: "data.csv", hostPath: input }] },
    );
    expect(told).toMatchObject({
      outcome: { ended: "exit", exitCode: 3 },
      stdout: "hello 1,2\n",
      stderr: "careful\n",
      displays: [{ mime: "text/html", data: "<b>table</b>" }],
    });
    expect(await place.read("out/made.txt")).toBe("made");
  });

  it("kills what is cancelled, children included", async () => {
    const stop = new AbortController();
    const told = await drive(driver, "shell", "(trap '' TERM; sleep 1000) & echo ready; sleep 1000", {
      place,
      signal: stop.signal,
      onStdout: () => stop.abort(),
    });
    expect(told).toMatchObject({ outcome: { exitCode: null }, stdout: "ready\n" });
  });

  it("says when memory or processor time was not enough", { timeout: 60_000 }, async () => {
    const greedy = await drive(driver, "python", "x = bytearray(10**9)", {
      place,
      limits: { memoryBytes: 128 * 2 ** 20 },
    });
    expect(greedy.outcome.ended).toBe("memory");
    const busy = await drive(driver, "shell", "while :; do :; done", { place, limits: { cpuSeconds: 1 } });
    // The engine's figures or the kernel's limit, whichever is sooner: 128 + SIGXCPU.
    expect(["cpu", 152]).toContain(busy.outcome.ended === "cpu" ? "cpu" : busy.outcome.exitCode);
  });

  it("removes at its start what a crash left", { timeout: 60_000 }, async () => {
    const directory = join(folder, "crashed");
    const before = dockerDriver({ directory, image, socketPath: engine.socketPath });
    expect(await before.selfTest()).toMatchObject({ passed: true });
    const body = engine.created.at(-1);
    const { request } = await import("node:http");
    await new Promise((resolve) => {
      const asked = request({ socketPath: engine.socketPath, method: "POST", path: "/v1.47/containers/create" });
      asked.once("response", (answer) => answer.resume().once("end", resolve));
      asked.end(JSON.stringify(body));
    });
    expect(engine.containers()).toHaveLength(1);
    const after = dockerDriver({ directory, image, socketPath: engine.socketPath });
    expect(await after.selfTest()).toMatchObject({ passed: true });
    await after.close();
  });
});

describe.skipIf(!canRun)("an engine that cannot be trusted", () => {
  const cases = [
    { fault: "network", reason: /has a network interface/ },
    { fault: "root", reason: /runs as root/ },
    { fault: "other-folders", reason: /sees other folders than this server/ },
    { fault: "no-memory-limit", reason: /limit of memory does not hold/ },
  ] as const;
  it.each(cases)("is not used: $fault", { timeout: 60_000 }, async ({ fault, reason }) => {
    const engine = await startDockerEngine(image, { fault });
    const driver = dockerDriver({ directory: join(folder, fault), image, socketPath: engine.socketPath });
    const report = await driver.selfTest();
    expect(report).toMatchObject({ passed: false, reason: expect.stringMatching(reason) });
    await expect(drive(driver, "shell", "echo never")).rejects.toThrow("self-test of Docker has not passed");
    await engine.stop();
  });

  it("has no such image: the operator hears how to get it", async () => {
    const engine = await startDockerEngine("another:1");
    const driver = dockerDriver({ directory: join(folder, "image"), image, socketPath: engine.socketPath });
    expect(await driver.selfTest()).toMatchObject({ reason: expect.stringContaining(`docker pull ${image}`) });
    await engine.stop();
  });

  it(
    "without gVisor says that the kernel is shared; one that goes away loses the run, and says so",
    { timeout: 60_000 },
    async () => {
      const engine = await startDockerEngine(image);
      const sandbox = await openSandbox({
        directory: join(folder, "going"),
        drivers: [dockerDriver({ directory: join(folder, "going/docker"), image, socketPath: engine.socketPath })],
        concurrency: 1,
        log: () => undefined,
      });
      expect(sandbox.describe()).toMatchObject({ driver: "docker" });
      expect(sandbox.describe().gaps.join(" ")).toContain("kernel is shared");
      const directory = join(folder, "going/work");
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "kept.txt"), "kept");
      const { signal } = new AbortController();
      const seen: string[] = [];
      for await (const event of sandbox.run({
        person: "one",
        language: "shell",
        source: "echo begun; sleep 1000",
        directory,
        signal,
      })) {
        if (event.type === "output") await engine.stop();
        seen.push(event.type === "finished" ? `finished: ${event.reason}` : event.type);
      }
      expect(seen).toStrictEqual(["started", "output", "finished: lost"]);
      expect(await readFile(join(directory, "kept.txt"), "utf8")).toBe("kept");
      await sandbox.close();
    },
  );
});
