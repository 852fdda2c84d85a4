/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-describe-callback */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Sandbox } from "@mindmesh/sandbox";
import { type SmallDisk, mountSmallDisk } from "@mindmesh/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bubblewrapSetup, skipUnlessBubblewrap } from "./bubblewrap-setup.ts";
import { outcomeOf } from "./support/outcome-of.ts";

const megabyte = 2 ** 20;
/** What a run needs free before it begins, and a little more. */
const room = 72 * megabyte;
skipUnlessBubblewrap("a disk that is really full", () => {
  describe.skipIf(process.getuid?.() !== 0)("mounted by root", () => {
    let place: string;
    let disk: SmallDisk;
    let sandbox: Sandbox;
    const { signal } = new AbortController();
    const limits = { diskBytes: 4 * megabyte };
    beforeAll(async () => {
      place = await mkdtemp(path.join(tmpdir(), "mindmesh-full-"));
      disk = await mountSmallDisk(path.join(place, "disk"), room);
      sandbox = await bubblewrapSetup.open(path.join(place, "disk/sandbox"));
    });
    afterAll(async () => {
      await sandbox.close();
      disk.remove();
      await rm(place, { recursive: true, force: true });
    });

    /** Waits until the test has filled the disk, which it does when it sees `go`. */
    const waits = "import os, time\nprint('go', flush=True)\nwhile not os.path.exists('filled'): time.sleep(0.01)\n";

    it("is an error of the program, refuses the next run, and loses nothing", async () => {
      const directory = path.join(place, "disk/work");
      const request = { person: "one", directory, language: "python" as const, limits, signal };
      const source = `open('kept', 'w').write('kept')\n${waits}open('out/new', 'wb').write(bytes(1_000_000))`;
      let stderr = "";
      let finished;
      for await (const event of sandbox.run({ ...request, source })) {
        if (event.type === "output" && event.text.includes("go")) {
          await disk.fill();
          await writeFile(path.join(directory, "filled"), "");
        }
        if (event.type === "output" && event.stream === "stderr") stderr += event.text;
        if (event.type === "finished") finished = event;
      }
      expect(stderr).toContain("No space left on device");
      expect(finished).toMatchObject({ reason: "exit", exitCode: 1, error: { file: "main.py" } });
      await expect(outcomeOf(sandbox.run({ ...request, source: "print(1)" }))).rejects.toMatchObject({
        code: "storage_full",
      });
      await disk.empty();
      const next = await outcomeOf(sandbox.run({ ...request, source: "print(open('kept').read())" }));
      expect(next.stdout).toBe("kept\n");
    });

    it("keeps a file of a kept interpreter where it is, says that it was not handed out, and goes on", async () => {
      const directory = path.join(place, "disk/kernel");
      const kernel = await sandbox.openKernel({ person: "one", directory, language: "python", limits });
      const source = `open('out/made', 'wb').write(bytes(1_000_000))\n${waits}`;
      const events = [];
      for await (const event of kernel.run({ source, signal })) {
        events.push(event);
        if (event.type !== "output" || !event.text.includes("go")) continue;
        await disk.fill();
        await writeFile(path.join(directory, "filled"), "");
      }
      expect(events.at(-1)).toMatchObject({
        type: "finished",
        reason: "exit",
        exitCode: 0,
        message: expect.stringMatching(/disk is full: made stayed in \/data\/out/),
      });
      expect((await readFile(path.join(directory, "out/made"))).length).toBe(1_000_000);
      await disk.empty();
      expect((await outcomeOf(kernel.run({ source: "os.path.getsize('out/made')", signal }))).stdout).toBe("1000000\n");
      await kernel.close();
    });
  });
});
