import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Sandbox } from "@mindmesh/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bubblewrapSetup } from "./bubblewrap-setup.ts";
import { outcomeOf } from "./support/outcome-of.ts";
import { skipUnlessThere } from "./support/skip-unless.ts";

const needed = ["/usr/bin/bwrap", "/usr/bin/python3", "/usr/lib/python3/dist-packages/matplotlib/pyplot.py"];

skipUnlessThere(needed, "figures of the real matplotlib", () => {
  let place: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), "mindmesh-figures-"));
    sandbox = await bubblewrapSetup.open(path.join(place, "sandbox"));
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(place, { recursive: true, force: true });
  });
  const directory = () => path.join(place, "work");
  const signal = new AbortController().signal;

  /** Width and height of a PNG file in base64, in pixels (PNG specification, 11.2.2). */
  function sizeOf(data: string) {
    const bytes = Buffer.from(data, "base64");
    expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  }

  it("appear at show(), as they are made, and what is left open appears at the end", async () => {
    const source = `import matplotlib.pyplot as plt
plt.figure(figsize=(4, 3), dpi=100)
plt.plot([1, 2, 3], [1, 4, 9])
plt.show()
print("between")
plt.figure(figsize=(2, 2), dpi=100)
plt.bar(["a", "b"], [1, 2])
plt.savefig("/data/out/bars.png")
`;
    const told = await outcomeOf(
      sandbox.run({ person: "one", directory: directory(), signal, language: "python", source }),
    );
    expect(told.stderr).toBe("");
    expect(told.events.map(({ type }) => type)).toStrictEqual([
      "started",
      "display",
      "output",
      "display",
      "file",
      "finished",
    ]);
    const shown = told.events.filter((event) => event.type === "display");
    expect(shown.map(({ mime }) => mime)).toStrictEqual(["image/png", "image/png"]);
    // Cut to what is drawn, as notebooks do.
    const [wide, small] = shown.map(({ data }) => sizeOf(data));
    for (const [size, drawn] of [
      [400, wide?.[0]],
      [300, wide?.[1]],
      [200, small?.[0]],
      [200, small?.[1]],
    ]) {
      expect(Math.abs((drawn ?? 0) - (size ?? 0))).toBeLessThan(60);
    }
  });

  it("appear at the end of each run of a kept interpreter, once", async () => {
    const kernel = await sandbox.openKernel({ person: "one", language: "python", directory: directory() });
    const run = (source: string) => outcomeOf(kernel.run({ source, signal }));
    const first = await run("import matplotlib.pyplot as plt\nplt.plot([3, 1, 2]);");
    expect(first.events.filter(({ type }) => type === "display")).toHaveLength(1);
    const second = await run("print(plt.get_fignums())");
    expect(second.stdout).toBe("[]\n");
    expect(second.events.filter(({ type }) => type === "display")).toHaveLength(0);
    await kernel.close();
  });
});
