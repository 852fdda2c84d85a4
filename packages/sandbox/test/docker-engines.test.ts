/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-describe-callback, vitest/valid-title */
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerDriver } from "@mindmesh/sandbox";
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

describe.skipIf(!canRun)("an engine with gVisor", () => {
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

  it("is used with it, and says what it guards", { timeout: 60_000 }, async () => {
    const report = await driver.selfTest();
    if (!report.passed) throw new Error(report.reason);
    expect(report.guards.join(" ")).toContain("gVisor (runsc)");
    expect(report.gaps.join(" ")).not.toMatch(/kernel is shared|cannot be reached/);
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
        SecurityOpt: ["no-new-privileges", expect.stringMatching(/^seccomp=\{/)],
        PidsLimit: 20,
        Memory: 128 * 2 ** 20,
        MemorySwap: 128 * 2 ** 20,
        LogConfig: { Type: "none" },
      },
    });
    const { Env } = engine.created.at(-1) as { Env: string[] };
    expect(Env.join(" ")).not.toMatch(/SECRET|DATABASE|KEY/);
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
    const engine = await startDockerEngine(image, { fault, runtimes: ["runsc"] });
    const driver = dockerDriver({ directory: join(folder, fault), image, socketPath: engine.socketPath });
    const report = await driver.selfTest();
    expect(report).toMatchObject({ passed: false, reason: expect.stringMatching(reason) });
    await expect(drive(driver, "shell", "echo never")).rejects.toThrow("self-test of Docker has not passed");
    await engine.stop();
  });

  it(
    "has an image without node: Python runs, no host can be reached, and both are said",
    { timeout: 60_000 },
    async () => {
      const engine = await startDockerEngine(image, { fault: "no-node", runtimes: ["runsc"] });
      const connect = () => Promise.reject(new Error("never asked"));
      const driver = dockerDriver({
        directory: join(folder, "no-node"),
        image,
        socketPath: engine.socketPath,
        connect,
      });
      const report = await driver.selfTest();
      if (!report.passed) throw new Error(report.reason);
      expect(report.languages.map(({ language }) => language)).toStrictEqual(["python", "shell"]);
      expect(report.gaps.join(" ")).toContain("cannot be reached: the image has no node");
      expect(driver.reachesHosts).toBe(false);
      await driver.close();
      await engine.stop();
    },
  );

  it("has no such image: the operator hears how to get it", async () => {
    const engine = await startDockerEngine("another:1");
    const driver = dockerDriver({ directory: join(folder, "image"), image, socketPath: engine.socketPath });
    expect(await driver.selfTest()).toMatchObject({ reason: expect.stringContaining(`docker pull ${image}`) });
    await engine.stop();
  });
});
