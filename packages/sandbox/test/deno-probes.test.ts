import { existsSync, readFileSync, readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { SandboxDriver } from "../src/driver.ts";
import { denoDriver } from "../src/drivers/deno/index.ts";
import { drive, makePlace, snapshotFolder } from "./support/drive.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const secret = "secret-of-the-server-4711";
let driver: SandboxDriver;
let loopback: Server;
let visits = 0;

beforeAll(async () => {
  process.env["MINDMESH_PROBE_SECRET"] = secret;
  driver = denoDriver({ directory: snapshotFolder, warmMs: 0 });
  loopback = createServer((_, response) => {
    visits += 1;
    response.end(secret);
  });
  await new Promise<void>((resolve) => loopback.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  delete process.env["MINDMESH_PROBE_SECRET"];
  await driver.close();
  loopback.close();
});

/** Programs of Deno that this test file has started and that still run. */
function guestsAlive(): number {
  if (process.platform !== "linux") return 0;
  return readdirSync("/proc").filter((pid) => {
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("main.deno.ts");
    } catch {
      return false;
    }
  }).length;
}
afterEach(() => {
  if (guestsAlive() > 0) throw new Error("a process of the run is still there");
  if (visits > 0) throw new Error("a service of the server was reached");
});

/** Runs each attempt by itself and prints those that did something. An attempt returns what it reached, or raises. */
function pythonAttempts(attempts: Record<string, string>): string {
  const functions = Object.entries(attempts).map(
    ([name, body], at) =>
      `async def attempt_${at}():\n${body
        .split("\n")
        .map((line) => `    ${line}`)
        .join("\n")}\nall.append((${JSON.stringify(name)}, attempt_${at}))`,
  );
  return [
    "import os, sys",
    "all = []",
    ...functions,
    "for name, attempt in all:",
    "    try:",
    "        reached = await attempt()",
    "        if reached: print('REACHED', name, repr(reached)[:200])",
    "    except BaseException as error: pass",
    "print('tried', len(all))",
  ].join("\n");
}

describe("Python", () => {
  it("reaches no file, process, network, secret or JavaScript of the server", async () => {
    const { port } = loopback.address() as AddressInfo;
    const attempts = {
      "a file of the host": `return open(${JSON.stringify(import.meta.filename)}).read()`,
      "the list of users": "return 'root:x:0:0:root:/root' in open('/etc/passwd').read()",
      "keys in the home folder": "return os.listdir('/root') or os.listdir('/home/node')",
      "Docker's socket": "return os.path.exists('/var/run/docker.sock')",
      "environments of processes": "return open('/proc/1/environ', 'rb').read()",
      "command lines of processes":
        "return [open(f'/proc/{n}/cmdline').read() for n in os.listdir('/proc') if n.isdigit()]",
      "its own memory": "return open('/proc/self/mem', 'rb').read(1)",
      "the root through a process": "return os.listdir('/proc/1/root')",
      "the host's folders by a mount":
        "import pyodide_js\nos.makedirs('/mnt/host')\npyodide_js.FS.mount(pyodide_js.FS.filesystems.NODEFS, {'root': '/'}, '/mnt/host')\nreturn os.listdir('/mnt/host')",
      "the host's folders by a mount with real options":
        "import pyodide_js\nfrom pyodide.ffi import to_js\nos.makedirs('/mnt/two')\noptions = to_js({'root': '/etc'}, dict_converter=pyodide_js.constructor.constructor.fromEntries)\npyodide_js.FS.mount(pyodide_js.FS.filesystems.NODEFS, options, '/mnt/two')\nreturn os.listdir('/mnt/two')",
      "a secret of the environment": `return ${JSON.stringify(secret)} in repr(dict(os.environ))`,
      "JavaScript's eval": "import js\nreturn js.eval('1')",
      "JavaScript by pyodide.code": "from pyodide.code import run_js\nreturn run_js('1')",
      "a chain of constructors": "import pyodide_js\nreturn pyodide_js.constructor.constructor('return globalThis')()",
      "a chain of constructors from a list":
        "from pyodide.ffi import to_js\nreturn to_js([1]).constructor.constructor('return process')()",
      "a chain of async constructors": "import pyodide_js\nreturn pyodide_js.loadPackage.constructor('return 1')()",
      "the globals of the worker":
        "import js\nreturn [name for name in dir(js) if name in ('Deno', 'process', 'fetch', 'Worker', 'postMessage', 'caches', 'WebSocket', 'globalThis', 'self')]",
      "fetch in JavaScript": `import js\nreturn await js.fetch('http://127.0.0.1:${port}/')`,
      "fetch in Pyodide": `from pyodide.http import pyfetch\nreturn (await pyfetch('http://127.0.0.1:${port}/')).status`,
      "a package from the network":
        "import pyodide_js\nawait pyodide_js.loadPackage('numpy')\nimport numpy\nreturn True",
      "a local service": `import socket\ns = socket.create_connection(('127.0.0.1', ${port}), 2)\ns.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\nreturn s.recv(10)`,
      "a local service by urllib": `import urllib.request\nreturn urllib.request.urlopen('http://127.0.0.1:${port}/', timeout=2).read()`,
      "the metadata of a cloud":
        "import socket\ns = socket.create_connection(('169.254.169.254', 80), 2)\ns.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\nreturn s.recv(10)",
      "a socket with a path":
        "import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect('/var/run/docker.sock')\nreturn True",
      "an abstract socket": "import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect('\\0x')\nreturn True",
      "another kind of socket": "import socket\ns = socket.socket(16, 3)\ns.bind((0, 0))\nreturn True",
      "a program": "import subprocess\nreturn subprocess.run(['/bin/true']).returncode == 0",
      "a shell": "return os.system('true') == 0",
      "a fork": "return os.fork() >= 0",
      "an exec": "os.execv('/bin/true', ['true'])\nreturn True",
      "a thread": "import threading\nthreading.Thread(target=print).start()\nreturn True",
    };
    const told = await drive(driver, "python", pythonAttempts(attempts));
    expect(told.stdout).not.toContain("REACHED");
    expect(told.stdout).toContain(`tried ${Object.keys(attempts).length}\n`);
  });

  it("changes nothing on the host by writing where it likes, and leaves nothing for the next run", async () => {
    const mark = `mindmesh-probe-${process.pid}`;
    const place = await makePlace();
    const source = [
      "import os, builtins, sys",
      `for folder in ('/usr', '/tmp', '/dev', '/proc/sys/kernel', '/data', '/etc'):`,
      "    try:",
      "        os.makedirs(folder, exist_ok=True)",
      `        open(folder + '/${mark}', 'w').write('x')`,
      "    except OSError: pass",
      "builtins.print_before = print",
      "sys.modules['json'] = None",
      "os.symlink('/etc/passwd', '/data/out/link.txt')",
      "os.symlink('/', 'root')",
      "print('written')",
    ].join("\n");
    expect((await drive(driver, "python", source, { place })).stdout).toBe("written\n");
    for (const folder of ["/usr", "/tmp", "/dev", "/data", "/etc"]) expect(existsSync(join(folder, mark))).toBe(false);
    // Links are not taken out.
    expect(await readdir(place.outDirectory)).toEqual([]);
    const next = `import builtins, json, os\nprint(hasattr(builtins, 'print_before'), os.path.exists('/tmp/${mark}'), json.dumps(1))`;
    expect((await drive(driver, "python", next)).stdout).toBe("False False 1\n");
    await place.remove();
  });

  it("cannot flood: output is cut at its source, and a loop that catches everything is ended", async () => {
    const stop = new AbortController();
    const source = "while True:\n  try:\n    print('x' * 1000)\n  except BaseException: pass";
    const told = await drive(driver, "python", source, {
      limits: { outputBytes: 5000 },
      signal: stop.signal,
      onStdout: (all) => {
        if (all.length > 5000) stop.abort();
      },
    });
    expect(told.stdout.length).toBe(5001);
    expect(told.outcome.exitCode).toBeNull();
  });

  it("survives bombs of numbers, nesting, regular expressions and recursion as failures of the program", async () => {
    const attempts = {
      "deep JSON": "import json\njson.loads('[' * 1_000_000)\nreturn True",
      recursion: "def down(n): return down(n + 1)\ndown(0)\nreturn True",
      "recursion without a limit":
        "sys.setrecursionlimit(10**9)\nclass A:\n  def __getattr__(self, name): return getattr(self, name)\nA().x\nreturn True",
    };
    const told = await drive(driver, "python", pythonAttempts(attempts));
    expect(told.stdout).not.toContain("REACHED");
    // This breaks the interpreter itself, which is then not used again.
    const listener = "import socket\ns = socket.socket()\ns.bind(('0.0.0.0', 0))\ns.listen()\nprint('REACHED')";
    const broken = await drive(driver, "python", listener);
    expect(broken.stdout).not.toContain("REACHED");
    expect(broken.outcome.exitCode).not.toBe(0);
    const number = await drive(driver, "python", "9 ** 9 ** 9", { limits: { cpuSeconds: 1 } });
    expect(number.outcome.ended === "cpu" || number.outcome.exitCode === 1).toBe(true);
  });
});

describe("JavaScript", () => {
  it("reaches nothing outside QuickJS", async () => {
    const { port } = loopback.address() as AddressInfo;
    const attempts = {
      "globals of Deno":
        "typeof Deno !== 'undefined' || typeof Worker !== 'undefined' || typeof postMessage !== 'undefined'",
      "a chain of constructors": "[].constructor.constructor('return typeof Deno')() !== 'undefined'",
      "a chain from a function of the host": "console.log.constructor('return typeof Deno')() !== 'undefined'",
      "a chain from an error of the host":
        "(() => { try { readFile('/nowhere'); } catch (error) { return error.constructor.constructor('return typeof Deno')() !== 'undefined'; } })()",
      "the environment": "Object.keys(process.env).length > 0",
      "a file of the host": "readFile('/etc/passwd')",
      "a file of the host by dots": "readFile('../../../../etc/passwd')",
      "a module of Node": "require('child_process')",
      "a module of Node by import": "await import('node:child_process')",
      "a module of the host": "await import('/etc/hostname')",
      "a module of the network": "await import('https://deno.land/std/version.ts')",
      "the network": `typeof fetch !== 'undefined' && await fetch('http://127.0.0.1:${port}/')`,
      "a write outside": "(writeFile('/etc/x', 'x'), true)",
      "a write over what was given": "(writeFile('/data/files/x', 'x'), true)",
      WebAssembly: "typeof WebAssembly !== 'undefined'",
      "shared memory": "typeof SharedArrayBuffer !== 'undefined' && new SharedArrayBuffer(1e12).byteLength > 0",
    };
    const source = [
      "let tried = 0;",
      ...Object.entries(attempts).map(
        ([name, code]) => `tried += 1; try { if (${code}) console.log("REACHED", ${JSON.stringify(name)}); } catch {}`,
      ),
      "console.log('tried', tried);",
      "await null;",
    ].join("\n");
    const told = await drive(driver, "javascript", source);
    expect(told.stderr).toBe("");
    expect(told.stdout).toBe(`tried ${Object.keys(attempts).length}\n`);
  });

  it("ends bombs of numbers, memory, nesting and promises, and pollutes no later run", async () => {
    const bombs = [
      "2n ** (2n ** 40n)",
      "let s = 'x'; for (;;) s += s;",
      "JSON.parse('['.repeat(1e6))",
      "new Array(2 ** 32 - 1).fill(0)",
      "const spin = () => Promise.resolve().then(spin); await spin();",
    ];
    for (const bomb of bombs) {
      const limits = { cpuSeconds: 2, memoryBytes: 64 * 2 ** 20 };
      const told = await drive(driver, "javascript", bomb, { limits });
      expect(told.outcome.ended !== "exit" || told.outcome.exitCode === 1, bomb).toBe(true);
    }
    const pollution =
      "Object.prototype.polluted = 1; Array.prototype.map = null; globalThis.console = null; JSON.parse = () => 'mine';";
    await drive(driver, "javascript", pollution);
    const after = await drive(driver, "javascript", "console.log({}.polluted, [1].map(String), JSON.parse('2'))");
    expect(after.stdout).toBe('undefined [ "1" ] 2\n');
  });
});
