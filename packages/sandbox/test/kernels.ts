import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { KernelLanguage, Sandbox, SandboxKernel } from "@mindmesh/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Setup } from "./probes.ts";
import { outcomeOf } from "./support/outcome-of.ts";

/** What interpreters that keep their variables do, whichever wall they are behind. */
export function kernels(setup: Setup): void {
  describe(`interpreters that keep their variables behind ${setup.name}`, () => {
    let place: string;
    let sandbox: Sandbox;
    let before: string[];
    const signal = new AbortController().signal;
    beforeAll(async () => {
      place = await mkdtemp(path.join(tmpdir(), "mindmesh-kernels-"));
      before = await setup.leftovers();
      sandbox = await setup.open(path.join(place, "sandbox"));
    });
    afterAll(async () => {
      await sandbox.close();
      await rm(place, { recursive: true, force: true });
    });
    const open = (language: KernelLanguage, more = {}) =>
      sandbox.openKernel({ person: "one", language, directory: path.join(place, language), ...more });
    const tell = (kernel: SandboxKernel, source: string) => outcomeOf(kernel.run({ source, signal }));

    it("Python keeps variables, shows the last value, and names the line of an error", async () => {
      const kernel = await open("python");
      expect((await tell(kernel, "x = 20\ndef f(): return 1 / 0")).stdout).toBe("");
      expect((await tell(kernel, "x + 1")).stdout).toBe("21\n");
      const failed = await tell(kernel, "print('before')\nf()");
      expect(failed.stdout).toBe("before\n");
      expect(failed.finished).toMatchObject({ exitCode: 1, error: { file: "<cell-1>", line: 2 } });
      expect((await tell(kernel, "x")).stdout).toBe("20\n");
      const made = await tell(kernel, "open('/data/out/a.txt', 'w').write('made')");
      expect(made.events.find((event) => event.type === "file")).toMatchObject({ path: "a.txt", bytes: 4 });
      await kernel.close();
      await expect(kernel.closed).resolves.toMatchObject({ reason: "closed" });
      await expect(tell(kernel, "x")).rejects.toMatchObject({ code: "kernel_ended" });
    });

    it("JavaScript keeps variables, lets const be said again, imports, and awaits", async () => {
      const kernel = await open("javascript");
      await tell(kernel, "const x = 20;");
      expect((await tell(kernel, "const x = 21; x")).stdout).toBe("21\n");
      expect((await tell(kernel, "import { sep } from 'node:path';\nawait Promise.resolve(sep)")).stdout).toBe("'/'\n");
      expect((await tell(kernel, "({ a: [1] })")).stdout).toBe("{ a: [ 1 ] }\n");
      const failed = await tell(kernel, "\nthrow new Error('no')");
      expect(failed.finished).toMatchObject({ exitCode: 1, error: { line: 2, message: "Error: no" } });
      await kernel.close();
    });

    it("an interpreter that needs too much memory ends, and says so", async () => {
      const kernel = await open("python", { limits: { memoryBytes: 100 * 2 ** 20 } });
      const told = await tell(kernel, "held = bytearray(300_000_000)\nprint(len(held))");
      expect(told.finished.reason).toBe("memory");
      await expect(kernel.closed).resolves.toMatchObject({ reason: "memory" });
    });

    it("a run that is cancelled ends its interpreter", async () => {
      const kernel = await open("python");
      const cancel = new AbortController();
      const events = kernel.run({ source: "print('on')\nwhile True: pass", signal: cancel.signal });
      let reason = "";
      for await (const event of events) {
        if (event.type === "output") cancel.abort();
        if (event.type === "finished") reason = event.reason;
      }
      expect(reason).toBe("cancelled");
      await kernel.closed;
    });

    it("an idle interpreter dies quietly", async () => {
      const kernel = await open("python", { idleSeconds: 1 });
      await expect(kernel.closed).resolves.toMatchObject({ reason: "idle" });
    });

    it("the interpreter that was idle longest makes room for another person's", async () => {
      const first = await open("python");
      const second = await open("python", { person: "two", directory: path.join(place, "two") });
      await tell(first, "1");
      const third = await open("python", { person: "three", directory: path.join(place, "three") });
      await expect(second.closed).resolves.toMatchObject({ reason: "idle" });
      expect((await tell(first, "2")).stdout).toBe("2\n");
      await Promise.all([first.close(), third.close()]);
    });

    it("a file that becomes a link to the host's while it is handed out is handed out as it was, or not at all", async () => {
      const secret = path.join(place, "secret.txt");
      await writeFile(secret, "the host's secret");
      const kernel = await open("python", { directory: path.join(place, "racing") });
      const swap = `
import os, threading
def swap():
    while True:
        for change in (lambda: open('/data/out/new', 'w').write('own'), lambda: os.symlink(${JSON.stringify(secret)}, '/data/out/new')):
            change()
            os.replace('/data/out/new', '/data/out/file')
threading.Thread(target=swap, daemon=True).start()
`;
      const read: string[] = [];
      for (const source of [swap, "1", "2", "3", "4", "5"]) {
        for await (const event of kernel.run({ source, signal })) {
          if (event.type === "file") read.push(await readFile(event.hostPath, "utf8"));
        }
      }
      expect(read.join()).not.toContain("secret");
      await kernel.close();
    });

    it("closing leaves nothing", async () => {
      await sandbox.close();
      expect(await setup.leftovers()).toStrictEqual(before);
    });
  });
}
