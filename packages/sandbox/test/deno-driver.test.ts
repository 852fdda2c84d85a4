import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SandboxDriver } from "../src/driver.ts";
import { denoDriver } from "../src/drivers/deno/index.ts";
import { defaultLimits } from "../src/limits.ts";
import { drive, listen, makePlace, snapshotFolder } from "./support/drive.ts";

// Starting Python takes seconds on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let driver: SandboxDriver;

beforeAll(async () => {
  driver = denoDriver({ directory: snapshotFolder, warmMs: 0 });
  const report = await driver.selfTest();
  if (!report.passed) throw new Error(report.reason);
});
afterAll(async () => {
  await driver.close();
});

describe("Python", () => {
  it("prints, reads its input, takes and makes files, and says where it failed", async () => {
    const place = await makePlace({ "data.csv": "a,b\n1,2\n", "helper.py": "def double(x): return 2 * x" });
    const given = join(place.folder, "attached.txt");
    await writeFile(given, "attached");
    const source = [
      "import csv, helper, os",
      "print(helper.double(int(next(csv.DictReader(open('data.csv')))['b'])), input())",
      "print(open('/data/files/given.txt').read())",
      "os.makedirs('/data/out/deep')",
      "open('/data/out/deep/result.txt', 'w').write('done')",
      "open('kept.txt', 'w').write('kept')",
      "os.remove('data.csv')",
      "1 / 0",
    ].join("\n");
    const inputs = [{ name: "given.txt", hostPath: given }];
    const told = await drive(driver, "python", source, { place, stdin: "typed\n", inputs });
    expect(told.stdout).toBe("4 typed\nattached\n");
    expect(told.outcome).toMatchObject({ ended: "exit", exitCode: 1 });
    expect(told.stderr).toContain('File "/data/work/main.py", line 8, in <module>');
    expect(told.stderr).toContain("ZeroDivisionError: division by zero");
    expect(told.stderr).not.toContain("pyodide");
    expect(await place.read("out/deep/result.txt")).toBe("done");
    expect(await place.read("kept.txt")).toBe("kept");
    expect(await place.list()).not.toContain("data.csv");
    await place.remove();
  });

  it("shows what knows how to show itself, and ends with the code it asks for", async () => {
    const source =
      "class T:\n  def _repr_html_(self): return '<table><tr><td>1</td></tr></table>'\ndisplay(T())\nraise SystemExit(7)";
    const told = await drive(driver, "python", source);
    expect(told.displays).toEqual([{ mime: "text/html", data: "<table><tr><td>1</td></tr></table>" }]);
    expect(told.outcome.exitCode).toBe(7);
  });

  it("tells of a full disk and of too many files as a disk does, and keeps what fits", async () => {
    const place = await makePlace();
    const source = [
      "open('small.txt', 'w').write('x')",
      "for write in (lambda: open('big.bin', 'wb').write(b'x' * 3_000_000), lambda: open('hole', 'wb').truncate(10**12)):",
      "  try: write()",
      "  except OSError as error: print(type(error).__name__)",
      "try:",
      "  for number in range(1000): open(f'many-{number}', 'w').close()",
      "except OSError as error: print('too many')",
    ].join("\n");
    const limits = { diskBytes: 2_000_000, fileBytes: 2_000_000, files: 50 };
    const told = await drive(driver, "python", source, { place, limits });
    expect(told.stdout).toBe("OSError\nOSError\ntoo many\n");
    expect((await place.list()).length).toBeLessThanOrEqual(52);
    expect(await place.read("small.txt")).toBe("x");
    await place.remove();
  });

  it("ends a program that takes more processor time or memory than allowed, and the next one runs", async () => {
    const loop = await drive(driver, "python", "while True: pass", { limits: { cpuSeconds: 1 } });
    expect(loop.outcome.ended).toBe("cpu");
    const list = await drive(driver, "python", "kept = []\nwhile True: kept.append(bytearray(10_000_000))", {
      limits: { memoryBytes: 128 * 2 ** 20 },
    });
    // Either the interpreter's own limit says so in the program, or the process is ended.
    expect(list.outcome.ended === "memory" || list.stderr.includes("MemoryError")).toBe(true);
    expect((await drive(driver, "python", "print('alive')")).stdout).toBe("alive\n");
  });
});

describe("JavaScript and TypeScript", () => {
  it("runs modules of the editor with types, files by node:fs and by readFile, and input", async () => {
    const place = await makePlace({
      "lib.ts": "export const twice = (x: number): number => 2 * x;",
      "in.txt": "from disk",
    });
    const source = [
      'import fs from "node:fs";',
      'import { twice } from "./lib.ts";',
      "enum Size { Small = 1 }",
      "console.log(twice(21), Size.Small, fs.readFileSync('in.txt', 'utf8'), readInput());",
      "console.log({ a: [1, { b: null }] }, new Map([['k', 1]]), await Promise.resolve('later'));",
      "fs.writeFileSync('/data/out/bytes.bin', new Uint8Array([104, 105]));",
    ].join("\n");
    const told = await drive(driver, "typescript", source, { place, stdin: "typed" });
    expect(told.stderr).toBe("");
    expect(told.stdout).toBe('42 1 from disk typed\n{ a: [ 1, { b: null } ] } Map(1) { "k" => 1 } later\n');
    expect(await place.read("out/bytes.bin")).toBe("hi");
    await place.remove();
  });

  it("waits for timers and for the last promise, and says where an async function failed", async () => {
    const source =
      "async function main() {\n  await new Promise((done) => setTimeout(done, 5));\n  console.log('waited');\n  null.field;\n}\nmain();";
    const told = await drive(driver, "javascript", source);
    expect(told.stdout).toBe("waited\n");
    expect(told.stderr).toMatch(/^TypeError: .*\n.*\/data\/work\/main\.js:4:/);
    expect(told.outcome.exitCode).toBe(1);
  });

  it("is stopped when its run is cancelled, inside a regular expression too", async () => {
    const stop = new AbortController();
    const told = await drive(driver, "javascript", "console.log('begun'); /(a+)+$/.test('a'.repeat(60) + 'b')", {
      signal: stop.signal,
      onStdout: () => stop.abort(),
    });
    expect(told.stdout).toBe("begun\n");
    expect(told.outcome.exitCode).toBeNull();
  });

  it("says of endless recursion and of too much memory in words of the language", async () => {
    const source =
      "function down() { return 1 + down(); }\ntry { down(); } catch (error) { console.log(error.message); }\nconst kept = []; for (;;) kept.push('x'.repeat(1e6) + kept.length);";
    const told = await drive(driver, "javascript", source, { limits: { memoryBytes: 64 * 2 ** 20 } });
    expect(told.stdout).toBe("stack overflow\n");
    expect(told.outcome.ended === "memory" || told.stderr.includes("out of memory")).toBe(true);
  });
});

it("says that shell is missing and what to install", async () => {
  const told = await drive(driver, "shell", "ls");
  expect(told.outcome.exitCode).toBe(127);
  expect(told.stderr).toContain("bubblewrap");
});

it("gives a run no file through a link that lies in its folder", async () => {
  const place = await makePlace();
  const secret = join(place.folder, "secret.txt");
  await writeFile(secret, "secret");
  await symlink(secret, join(place.workDirectory, "link.txt"));
  await symlink(place.folder, join(place.workDirectory, "up"));
  const told = await drive(
    driver,
    "python",
    "import os\nprint(sorted(os.listdir('.')))\nos.makedirs('up')\nopen('up/secret.txt', 'w').write('mine')",
    { place },
  );
  expect(told.stdout).toBe("['main.py', 'out']\n");
  expect(await place.read("../secret.txt")).toBe("secret");
  await place.remove();
});

describe("a kernel", () => {
  it("keeps variables of Python, shows the last value, and survives a cell that is stopped", async () => {
    const place = await makePlace();
    const kernel = await driver.openKernel?.({
      id: "k1",
      language: "python",
      ...place,
      inputs: [],
      limits: defaultLimits,
      hosts: [],
    });
    const cell = async (source: string, signal = new AbortController().signal) => {
      const ear = listen();
      return { ...ear.told(await kernel!.run({ source, signal, ...ear.sinks })), stdout: ear.stdout() };
    };
    await cell("x = 41\ndef broken(): return 1 / 0");
    expect((await cell("x + 1")).stdout).toBe("42\n");
    expect(await cell("broken()")).toMatchObject({ outcome: { exitCode: 1, fatal: false } });
    await writeFile(join(place.workDirectory, "new.txt"), "between");
    expect((await cell("print(open('new.txt').read()); open('/data/out/o.txt', 'w').write('o')")).stdout).toBe(
      "between\n1\n",
    );
    expect(await place.read("out/o.txt")).toBe("o");
    const stop = new AbortController();
    const ear = listen();
    const running = kernel!.run({
      source: "print('begun', flush=True)\nwhile True: pass",
      signal: stop.signal,
      display: ear.sinks.display,
      output: () => stop.abort(),
    });
    expect(await running).toMatchObject({ exitCode: 130, fatal: false });
    expect((await cell("x")).stdout).toBe("41\n");
    await kernel!.close();
    expect(await kernel!.closed).toMatchObject({ ended: "exit" });
    await place.remove();
  });

  it("keeps variables of JavaScript and ends with the loop that does not let itself be stopped", async () => {
    const place = await makePlace();
    const kernel = await driver.openKernel?.({
      id: "k2",
      language: "javascript",
      ...place,
      inputs: [],
      limits: { ...defaultLimits, cpuSeconds: 1 },
      hosts: [],
    });
    const first = listen();
    await kernel!.run({
      source: "const list = [1, 2]; list.map((x) => x * 2)",
      signal: new AbortController().signal,
      ...first.sinks,
    });
    expect(first.stdout()).toBe("[ 2, 4 ]\n");
    const second = listen();
    await kernel!.run({ source: "list.length", signal: new AbortController().signal, ...second.sinks });
    expect(second.stdout()).toBe("2\n");
    const third = await kernel!.run({ source: "for (;;);", signal: new AbortController().signal, ...listen().sinks });
    expect(third).toMatchObject({ ended: "cpu", fatal: true });
    expect(await kernel!.closed).toMatchObject({ ended: "cpu" });
    await place.remove();
  });
});
