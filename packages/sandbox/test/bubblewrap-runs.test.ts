import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunRequest, Sandbox } from "@mindmesh/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bubblewrapSetup, leftovers, skipUnlessBubblewrap, stages } from "./bubblewrap-setup.ts";
import { outcomeOf } from "./support/outcome-of.ts";

/** How runs end: by themselves, by an error, killed with their children, over a limit. */
const endings = [
  { source: "true", limits: {}, reason: "exit" },
  { source: "exit 3", limits: {}, reason: "exit" },
  { source: "(sleep 1000 &) ; (trap '' TERM; sleep 1000) & echo ready; wait", limits: {}, reason: "cancelled" },
  { source: "yes | head -c 100000", limits: { outputBytes: 10_000 }, reason: "output" },
  { source: "setsid sleep 1000 > /dev/null 2>&1 & true", limits: {}, reason: "exit" },
] as const;

skipUnlessBubblewrap("runs behind bubblewrap", () => {
  let place: string;
  let sandbox: Sandbox;
  const signal = new AbortController().signal;
  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), "mindmesh-runs-"));
    sandbox = await bubblewrapSetup.open(path.join(place, "sandbox"));
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(place, { recursive: true, force: true });
  });
  const run = (request: Pick<RunRequest, "language" | "source"> & Partial<RunRequest>) =>
    outcomeOf(sandbox.run({ person: "one", directory: path.join(place, "work"), signal, ...request }));

  it("says what it guards, what not, and which languages there are", () => {
    const told = sandbox.describe();
    expect(told).toMatchObject({ driver: "bubblewrap", running: 0, waiting: 0 });
    expect(told.guards.length).toBeGreaterThan(4);
    expect(told.gaps.join(" ")).toContain("kernel is shared");
    expect(told.languages.map(({ language }) => language)).toStrictEqual([
      "python",
      "javascript",
      "typescript",
      "shell",
    ]);
  });

  it("files of the editor, input files and kept files are there, and what is made comes out", async () => {
    await writeFile(path.join(place, "data.csv"), "a,b\n1,2\n", { mode: 0o600 });
    const first = await run({
      language: "python",
      source:
        "import helper, shutil\nprint(helper.answer())\nshutil.copy('/data/files/data.csv', '/data/out/copy.csv')\nopen('kept', 'w').write('x')",
      files: [{ path: "helper.py", content: "def answer(): return 42" }],
      inputs: [{ name: "data.csv", hostPath: path.join(place, "data.csv") }],
    });
    expect(first.stdout).toBe("42\n");
    const file = first.events.find((event) => event.type === "file");
    expect(file).toMatchObject({ path: "copy.csv", bytes: 8 });
    expect(await readFile(file?.hostPath ?? "", "utf8")).toBe("a,b\n1,2\n");
    const second = await run({ language: "shell", source: "cat kept; ls /data/files" });
    expect(second.stdout).toBe("x");
    expect(second.events.filter((event) => event.type === "file")).toStrictEqual([]);
    await expect(readdir(path.join(place, "sandbox/bubblewrap/runs"), { recursive: true })).resolves.toHaveLength(1);
  });

  it("an input file cannot be changed by the program", async () => {
    await writeFile(path.join(place, "input.txt"), "as it was");
    const told = await run({
      language: "shell",
      source: "chmod 777 /data/files/input.txt; echo changed > /data/files/input.txt",
      inputs: [{ name: "input.txt", hostPath: path.join(place, "input.txt") }],
    });
    expect(told.finished.exitCode).not.toBe(0);
    expect(await readFile(path.join(place, "input.txt"), "utf8")).toBe("as it was");
  });

  it("an error names the line of the person's file in each language", async () => {
    const python = await run({ language: "python", source: "def f():\n    return 1 / 0\n\nf()" });
    expect(python.finished.error).toStrictEqual({
      file: "main.py",
      line: 2,
      message: "ZeroDivisionError: division by zero",
    });
    const syntax = await run({ language: "python", source: "x = 1\nx = = 2" });
    expect(syntax.finished.error).toMatchObject({ file: "main.py", line: 2 });
    const typescript = await run({
      language: "typescript",
      source: "const x: number = 1;\n\nthrow new Error(`no ${x}`);",
    });
    expect(typescript.finished.error).toStrictEqual({ file: "main.ts", line: 3, message: "Error: no 1" });
    const shell = await run({ language: "shell", source: "true\nnot-a-program" });
    expect(shell.finished.error).toMatchObject({ file: "main.sh", line: 2 });
  });

  it("figures and tables arrive as they are made, from any language", async () => {
    const javascript = await run({
      language: "javascript",
      source: "import { display } from 'mindmesh'; display([{ name: '<b>', size: 1 }]); display('<svg></svg>');",
    });
    const shown = javascript.events.filter((event) => event.type === "display");
    expect(shown.map(({ mime }) => mime)).toStrictEqual(["text/html", "image/svg+xml"]);
    expect(shown[0]?.data).toContain("&#60;b&#62;");
    const python = await run({
      language: "python",
      source: "class Table:\n    def _repr_html_(self): return '<table></table>'\ndisplay(Table())\nprint('after')",
    });
    expect(python.events.map(({ type }) => type)).toStrictEqual(["started", "display", "output", "finished"]);
  });

  it("a cancelled run is dead with its children, and the loop may simply be left", async () => {
    const cancel = new AbortController();
    const told = await outcomeOf(
      (async function* () {
        const request = { person: "one", directory: path.join(place, "work"), signal: cancel.signal };
        const source = "(trap '' TERM; sleep 100) & echo ready; sleep 100";
        for await (const event of sandbox.run({ ...request, language: "shell", source })) {
          yield event;
          if (event.type === "output") cancel.abort();
        }
      })(),
    );
    expect(told.finished).toMatchObject({ reason: "cancelled", exitCode: null, message: "Cancelled." });
    const request = { person: "one", directory: path.join(place, "work"), signal };
    for await (const event of sandbox.run({ ...request, language: "shell", source: "sleep 100" })) {
      if (event.type === "started") break;
    }
    expect(sandbox.describe().running).toBe(0);
    expect(await leftovers()).toStrictEqual([]);
  });

  it("people take turns, positions are told, and one more than may wait is refused", async () => {
    const order: string[] = [];
    const positions: number[] = [];
    const gates = ["a", "a", "a", "a", "b"].map(async (person, index) => {
      const directory = path.join(place, `queue-${index}`);
      const source = `sleep 0.3; echo ${person}`;
      for await (const event of sandbox.run({ person, directory, language: "shell", source, signal })) {
        if (event.type === "started") order.push(person);
        if (event.type === "queued" && person === "b") positions.push(event.position);
      }
    });
    await Promise.all(gates);
    expect(order.indexOf("b")).toBeLessThan(3);
    expect(positions[0]).toBe(1);
  });

  it(
    "two hundred runs, however they end, leave no process, mount, control group or file",
    { timeout: 300_000 },
    async () => {
      const before = await leftovers();
      const here = async () =>
        (await readdir(place, { recursive: true, withFileTypes: true })).map(({ name }) => name).sort();
      const directories = [0, 1, 2, 3].map((index) => path.join(place, `many-${index}`));
      const once = async (directory: string, number: number) => {
        const { source, limits, reason } = endings[number % endings.length] ?? endings[0];
        const stop = new AbortController();
        let told: string | undefined;
        const events = sandbox.run({
          person: "one",
          directory,
          language: "shell",
          source,
          limits,
          signal: stop.signal,
        });
        for await (const event of events) {
          if (event.type === "output" && reason === "cancelled") stop.abort();
          if (event.type === "finished") told = event.reason;
        }
        expect(told).toBe(reason);
      };
      await Promise.all(directories.map((directory) => once(directory, 0)));
      const [files, staged] = [await here(), await stages()];
      let runs = 0;
      for (let round = 0; round < 50; round += 1) {
        await Promise.all(directories.map((directory, index) => once(directory, round + index)));
        runs += directories.length;
      }
      expect(runs).toBe(200);
      expect(await leftovers()).toStrictEqual(before);
      expect(await here()).toStrictEqual(files);
      expect(await stages()).toStrictEqual(staged);
      const own = await readFile("/proc/self/mountinfo", "utf8");
      expect(own).not.toContain("mindmesh-sandbox-");
    },
  );

  it("wrong requests are refused with what to do, and nothing is started", async () => {
    const refused = async (request: Partial<RunRequest>) => {
      const error = await run({ language: "python", source: "1", ...request }).then(
        () => null,
        (error: unknown) => error,
      );
      return error as { code: string; fields?: Record<string, string> };
    };
    expect(await refused({ language: "cobol" as "python" })).toMatchObject({ code: "invalid_fields" });
    expect(await refused({ source: "x".repeat(10 * 2 ** 20) })).toMatchObject({ code: "too_large" });
    for (const name of ["../up", "/root", "a/../b", "nul\0", "x".repeat(4000), "", "a//b"]) {
      expect((await refused({ entryName: name })).fields).toHaveProperty("entryName");
      expect((await refused({ files: [{ path: name, content: "" }] })).fields).toHaveProperty(["files.0.path"]);
    }
    expect((await refused({ limits: { memoryBytes: 2 ** 50 } })).fields).toHaveProperty(["limits.memoryBytes"]);
    expect((await refused({ limits: { wallSeconds: 0.5 } })).fields).toHaveProperty(["limits.wallSeconds"]);
    expect((await refused({ hosts: ["example.org"] })).fields).toHaveProperty("hosts");
    expect((await refused({ inputs: [{ name: "../x", hostPath: "/etc/passwd" }] })).fields).toHaveProperty([
      "inputs.0.name",
    ]);
  });

  it("a file of the host that a planted link points to is not written through", async () => {
    const directory = path.join(place, "planted");
    const target = path.join(place, "target.txt");
    await writeFile(target, "as it was");
    await run({
      language: "shell",
      source: `rm -rf main.py; ln -s ${target} main.py; ln -s ${place} folder`,
      directory,
    });
    await run({
      language: "python",
      source: "print(1)",
      directory,
      files: [{ path: "folder/target.txt", content: "written" }],
    });
    expect(await readFile(target, "utf8")).toBe("as it was");
  });

  it("a working directory that is full is refused until there is room", async () => {
    const directory = path.join(place, "full");
    await mkdir(directory);
    await writeFile(path.join(directory, "large"), Buffer.alloc(3 * 2 ** 20));
    const limits = { diskBytes: 2 * 2 ** 20 };
    await expect(run({ language: "shell", source: "true", directory, limits })).rejects.toMatchObject({
      code: "storage_full",
    });
    await rm(path.join(directory, "large"));
    expect((await run({ language: "shell", source: "true", directory, limits })).finished.exitCode).toBe(0);
  });

  it("what a crashed server left is swept at the next start", async () => {
    const directory = path.join(place, "crashed");
    const stage = path.join(tmpdir(), "mindmesh-sandbox-0123456789ab");
    await mkdir(path.join(directory, "bubblewrap/instances"), { recursive: true });
    await mkdir(path.join(directory, "bubblewrap/runs/0123456789ab"), { recursive: true });
    await mkdir(stage, { recursive: true });
    const left = { pid: process.pid, startedAt: "1", directory: stage, groupParents: [] };
    await writeFile(path.join(directory, "bubblewrap/instances/0123456789ab.json"), JSON.stringify(left));
    const again = await bubblewrapSetup.open(directory);
    await again.close();
    expect(existsSync(stage)).toBe(false);
    expect(await readdir(path.join(directory, "bubblewrap/runs"))).toStrictEqual([]);
  });

  it("closing leaves no process, mount or control group", async () => {
    await sandbox.close();
    expect(await leftovers()).toStrictEqual([]);
  });
});
