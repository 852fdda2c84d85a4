import { expect } from "vitest";
import type { FinishReason, RunLimits, SandboxLanguage } from "@mindmesh/sandbox";
import type { Told } from "./support/outcome-of.ts";

export interface Probe {
  title: string;
  language: SandboxLanguage;
  /** Prints HELD where the attempt failed and ESCAPED where it did not. %secret%, %port% and %pid% are the host's, %places% must not exist. */
  source: string;
  /** A run of the same person in the same folder that comes before it. */
  before?: string;
  /** How the run may end, for attempts that are stopped; HELD is then not asked for. */
  reasons?: FinishReason[];
  limits?: Partial<RunLimits>;
  stdin?: Uint8Array;
  /** It tries the system's own calls, files or processes. */
  linux?: true;
  check?: (told: Told) => void;
}

const megabyte = 2 ** 20;
const small: Partial<RunLimits> = { memoryBytes: 128 * megabyte, wallSeconds: 10, cpuSeconds: 5 };
const stopped: FinishReason[] = ["exit", "time", "cpu", "memory", "disk", "output"];

/** Python that calls the kernel directly: `refused(number, ...)` prints HELD when the call fails. */
const calls = `
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
def refused(name, numbers, *arguments):
    number = numbers[0 if platform.machine() == "x86_64" else 1]
    result = libc.syscall(number, *arguments)
    print("ESCAPED " + name if result >= 0 else "HELD " + name)
`;

/** Writes a module of the same size and time each time: a compiled copy of another one would be taken for it. */
const rewritten = (value: number) => `
import os
with open('helper.py', 'w') as file: file.write('value = ${value}')
os.utime('helper.py', (1_000_000_000, 1_000_000_000))
import helper
print('HELD' if helper.value == ${value} else 'ESCAPED')
`;

const processes: Probe[] = [
  {
    title: "a fork bomb ends at the limit of processes",
    language: "shell",
    source: "bomb() { bomb | bomb & }; bomb; sleep 1; echo over",
    limits: { ...small, processes: 32, wallSeconds: 5 },
    reasons: stopped,
    linux: true,
  },
  {
    title: "a fork bomb ends at the limit of processes",
    language: "python",
    source: "import os\ntry:\n  while True: os.fork()\nexcept OSError: print('HELD')",
    limits: { ...small, processes: 32, wallSeconds: 5 },
    reasons: stopped,
    linux: true,
  },
  {
    title: "a thread bomb ends at the limit of processes",
    language: "python",
    source: `
import threading, time
made = 0
try:
    while made < 2000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        made += 1
    print("ESCAPED")
except RuntimeError:
    print("HELD", made < 100)
`,
    limits: { ...small, processes: 32 },
    linux: true,
  },
  {
    title: "the temporary folder is small",
    language: "shell",
    source: "head -c 200000000 /dev/zero > /tmp/full && echo ESCAPED || echo HELD; rm /tmp/full",
    limits: { ...small, fileBytes: 512 * megabyte, memoryBytes: 256 * megabyte },
    linux: true,
  },
  {
    title: "shared memory is small",
    language: "shell",
    source: "head -c 200000000 /dev/zero > /dev/shm/full && echo ESCAPED || echo HELD; rm /dev/shm/full",
    limits: { ...small, fileBytes: 512 * megabyte, memoryBytes: 256 * megabyte },
    linux: true,
  },
  {
    title: "more files than may be are taken back",
    language: "python",
    source: "for number in range(200_000): open(f'file-{number}', 'w').close()",
    limits: { ...small, files: 50 },
    reasons: ["disk"],
  },
  {
    title: "more bytes than may be are taken back",
    language: "python",
    source: `
for number in range(100):
    with open(f'file-{number}', 'wb') as file: file.write(b'x' * 1_000_000)
import time
time.sleep(5)
`,
    limits: { ...small, diskBytes: 4 * megabyte },
    reasons: ["disk", "exit"],
    // Where files are memory, the write itself fails.
    check: ({ finished, stderr }) =>
      expect(finished.reason === "disk" || stderr.includes("No space left on device")).toBe(true),
  },
  {
    title: "a sparse file of a terabyte cannot be made",
    language: "python",
    source: `
try:
    with open('/data/out/sparse', 'wb') as file: file.truncate(2 ** 40)
    print('ESCAPED')
except OSError: print('HELD')
`,
    limits: small,
    linux: true,
  },
  {
    title: "folders that are too deep are taken back",
    language: "python",
    source: `
import os, time
for number in range(3000):
    os.mkdir('deeper'); os.chdir('deeper')
time.sleep(5)
`,
    limits: small,
    reasons: ["disk"],
    linux: true,
  },
  {
    title: "a run that ignores the polite signal ends all the same",
    language: "python",
    source: "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)",
    limits: { ...small, wallSeconds: 1 },
    reasons: ["time"],
    linux: true,
  },
  {
    title: "a daemon does not outlive its run",
    language: "python",
    source: `
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3): os.close(number)
        while True: time.sleep(0.05)
    os._exit(0)
print('HELD')
`,
    limits: small,
    linux: true,
  },
];

const computing: Probe[] = [
  {
    title: "a program that takes all memory is stopped, and says why",
    language: "python",
    source: "held = []\nwhile True: held.append(bytearray(10_000_000))",
    limits: small,
    reasons: ["memory", "exit"],
    check: ({ finished, stderr }) => {
      expect(finished.reason === "memory" || stderr.includes("MemoryError")).toBe(true);
    },
  },
  {
    title: "a program that takes all memory is stopped, and says why",
    language: "javascript",
    source: "const held = []; for (;;) held.push(new Array(100_000).fill(held.length));",
    limits: small,
    reasons: ["memory", "exit"],
    check: ({ finished, stderr }) => {
      expect(finished.reason === "memory" || /out of memory/i.test(stderr)).toBe(true);
    },
  },
  {
    title: "buffers beside the heap count as memory",
    language: "javascript",
    source: "const held = []; for (;;) held.push(Buffer.alloc(10_000_000, 1));",
    limits: small,
    reasons: ["memory"],
    linux: true,
  },
  {
    title: "WebAssembly memory counts as memory",
    language: "javascript",
    source: `
const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
for (;;) { memory.grow(160); new Uint8Array(memory.buffer).fill(1); }
`,
    limits: small,
    reasons: ["memory", "exit"],
    linux: true,
  },
  {
    title: "an endless loop in WebAssembly is stopped",
    language: "javascript",
    // (module (func (export "f") (loop br 0)))
    source: `
const bytes = Uint8Array.from([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]);
new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();
`,
    limits: { ...small, cpuSeconds: 1, wallSeconds: 8 },
    reasons: ["cpu", "time"],
    linux: true,
  },
  {
    title: "an endless loop is stopped",
    language: "javascript",
    source: "for (;;) {}",
    limits: { ...small, cpuSeconds: 1, wallSeconds: 8 },
    reasons: ["cpu", "time"],
  },
  {
    title: "an endless loop is stopped",
    language: "python",
    source: "while True: pass",
    limits: { ...small, cpuSeconds: 1, wallSeconds: 8 },
    reasons: ["cpu", "time"],
  },
  {
    title: "a regular expression that never ends is stopped",
    language: "javascript",
    source: "/^(a+)+$/.test('a'.repeat(50) + 'b')",
    limits: { ...small, cpuSeconds: 1, wallSeconds: 8 },
    reasons: ["cpu", "time"],
  },
  {
    title: "a number that never ends is stopped",
    language: "javascript",
    source: "let number = 3n; for (;;) number *= number;",
    limits: { ...small, cpuSeconds: 2, wallSeconds: 8 },
    reasons: ["cpu", "time", "memory", "exit"],
  },
  {
    title: "a recursion that never ends is stopped",
    language: "javascript",
    source: "const deeper = () => deeper() + 1; try { deeper(); } catch { console.log('HELD'); }",
    limits: small,
  },
  {
    title: "JSON that is too deep is refused",
    language: "python",
    source: "import json\ntry: json.loads('[' * 1_000_000)\nexcept (RecursionError, ValueError): print('HELD')",
    limits: small,
    // An interpreter in WebAssembly may end with its stack instead.
    reasons: ["exit", "lost"],
    check: ({ finished, stdout }) => expect(finished.exitCode === 0).toBe(stdout.includes("HELD")),
  },
];

const host: Probe[] = [
  {
    title: "the host's file cannot be read",
    language: "python",
    source: "try: print('ESCAPED', open('%secret%').read())\nexcept OSError: print('HELD')",
  },
  {
    title: "the host's file cannot be read",
    language: "javascript",
    source:
      "try { const fs = await import('node:fs'); console.log('ESCAPED', fs.readFileSync('%secret%', 'utf8')); } catch { console.log('HELD'); }",
  },
  {
    title: "the host's file cannot be read through other processes' roots",
    language: "shell",
    source: "for root in /proc/[0-9]*/root /proc/1/cwd; do cat $root%secret%; done; echo HELD",
    linux: true,
  },
  {
    title: "no environment of the host is in any process",
    language: "shell",
    source: "cat /proc/*/environ | tr '\\0' '\\n' | grep -q MINDMESH_PROBE && echo ESCAPED || echo HELD",
    linux: true,
  },
  {
    title: "the program's own environment holds nothing of the host",
    language: "python",
    source: "import os\nprint('ESCAPED' if any('PROBE' in name for name in os.environ) else 'HELD')",
  },
  {
    title: "processes of the host are out of sight",
    language: "shell",
    // The brackets: grep must not find itself.
    source: "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -q '[v]itest' && echo ESCAPED || echo HELD",
    linux: true,
  },
  {
    title: "accounts, keys and sockets of the host are not there",
    language: "shell",
    source: "for file in %places%; do [ -e $file ] && echo ESCAPED $file; done; echo HELD",
    linux: true,
  },
  {
    title: "the system cannot be written to",
    language: "shell",
    source: `
for file in /usr/bin/ls /usr/left-behind /etc/passwd /bin/left-behind /left-behind /opt/left-behind /data/left-behind /dev/left-behind /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/1/oom_score_adj /run/left-behind /sys/left-behind /sys/fs/cgroup/left-behind /sys/kernel/uevent_helper /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max; do
  (echo x >> $file) 2>/dev/null && echo ESCAPED $file
done; echo HELD`,
    linux: true,
  },
  {
    title: "devices of the host are not there and cannot be made",
    language: "shell",
    source:
      "ls /dev/vda /dev/sda /dev/mem /dev/kmsg /dev/fuse /dev/kvm /dev/net/tun 2>/dev/null && echo ESCAPED; mknod disk b 8 0 2>/dev/null && echo ESCAPED; echo HELD",
    linux: true,
  },
  {
    title: "no privilege is gained by a program with the bit of root",
    language: "shell",
    source:
      'cp /usr/bin/id own; chmod 4755 own; [ "$(./own -u)" = 0 ] && echo ESCAPED; su -c id 2>/dev/null && echo ESCAPED; echo HELD',
    linux: true,
  },
  {
    title: "the host's services cannot be reached",
    language: "python",
    source: `
import socket
for address in [("127.0.0.1", %port%), ("::1", %port%), ("169.254.169.254", 80), ("1.1.1.1", 53), ("10.0.0.1", 80)]:
    try:
        socket.create_connection(address, timeout=2)
        print("ESCAPED", address)
    except Exception: pass
try:
    found = socket.getaddrinfo("example.org", 80)
    # Interpreters in WebAssembly make up an address of this range, and ask nobody.
    print("HELD" if all(each[4][0].startswith("172.29.") for each in found) else "ESCAPED names")
except Exception: print("HELD")
`,
  },
  {
    title: "the host's services cannot be reached",
    language: "javascript",
    source: `
try {
  const response = await fetch("http://127.0.0.1:%port%/", { signal: AbortSignal.timeout(3000) });
  console.log("ESCAPED", response.status);
} catch { console.log("HELD"); }
`,
  },
  {
    title: "sockets without a network name stay inside",
    language: "python",
    source: `
import socket
open_names = [line.split()[-1] for line in open("/proc/net/unix") if "@" in line]
print("ESCAPED" if open_names else "HELD")
`,
    linux: true,
  },
  {
    title: "only plain kinds of sockets can be opened",
    language: "python",
    source: `
import socket
for name, family, kind in [("vsock", 40, 1), ("netlink", 16, 3), ("packet", 17, 3), ("alg", 38, 5), ("bluetooth", 31, 3), ("raw", 2, 3)]:
    try:
        socket.socket(family, kind)
        print("ESCAPED", name)
    except OSError: print("HELD", name)
`,
    linux: true,
  },
  {
    title: "other processes cannot be traced or read",
    language: "python",
    source: `${calls}
child = os.fork()
if child == 0:
    import time; time.sleep(5); os._exit(0)
refused("ptrace", (101, 117), 16, child, 0, 0)
refused("process_vm_readv", (310, 270), child, 0, 0, 0, 0, 0)
os.kill(child, 9)
`,
    linux: true,
  },
  {
    title: "killing every process harms only the run itself",
    language: "shell",
    source: "kill -9 %pid% 2>/dev/null && echo ESCAPED; kill -9 -1; echo HELD",
    linux: true,
  },
  {
    title: "namespaces and mounts cannot be made",
    language: "python",
    source: `${calls}
refused("unshare user", (272, 97), 0x10000000)
refused("unshare mount", (272, 97), 0x00020000)
refused("clone user", (56, 220), 0x10000011, 0, 0, 0, 0)
refused("clone3", (435, 435), 0, 0)
refused("setns", (308, 268), 0, 0)
refused("mount", (165, 40), b"none", b"/tmp", b"tmpfs", 0, 0)
refused("umount", (166, 39), b"/usr", 2)
refused("pivot_root", (155, 41), b"/tmp", b"/tmp")
refused("chroot", (161, 51), b"/tmp")
refused("open_tree", (428, 428), -100, b"/", 1)
refused("fsopen", (430, 430), b"tmpfs", 0)
`,
    linux: true,
  },
  {
    title: "risky parts of the kernel are out of reach",
    language: "python",
    source: `${calls}
refused("io_uring", (425, 425), 8, ctypes.create_string_buffer(256))
refused("bpf", (321, 280), 0, ctypes.create_string_buffer(128), 128)
refused("keyctl", (250, 219), 0, -3, 1)
refused("add_key", (248, 217), b"user", b"left-behind", b"x", 1, -3)
refused("userfaultfd", (323, 282), 1)
refused("perf_event_open", (298, 241), ctypes.create_string_buffer(128), 0, -1, -1, 0)
refused("fanotify", (300, 262), 0, 0)
refused("name_to_handle", (303, 264), -100, b"/", 0, 0, 0)
refused("quotactl", (179, 60), 0, 0, 0, 0)
refused("syslog", (103, 116), 3, ctypes.create_string_buffer(64), 64)
refused("personality", (135, 92), 0x0040000)
refused("of tomorrow", (470, 470), 0, 0, 0)
`,
    linux: true,
  },
  {
    title: "nothing but its own streams is open",
    language: "shell",
    source:
      // A shell reads its own program from a descriptor that it chooses.
      "for fd in /proc/$$/fd/*; do [ -e $fd ] || continue; [ $fd -ef main.sh ] && continue; case ${fd##*/} in 0|1|2|3) ;; *) echo ESCAPED ${fd##*/};; esac; done; echo HELD",
    linux: true,
  },
  {
    title: "it cannot type into the terminal of whoever started the server",
    language: "python",
    source: `
import fcntl, os
for path in ["/dev/tty", "/proc/self/fd/0"]:
    try:
        fcntl.ioctl(os.open(path, os.O_RDWR), 0x5412, b"x")
        print("ESCAPED", path)
    except OSError: print("HELD")
`,
    linux: true,
  },
  {
    title: "constructor chains lead nowhere",
    language: "javascript",
    source: `
let found;
try { found = this?.constructor?.constructor?.("return process")() ?? globalThis.constructor.constructor("return process")(); } catch {}
try { console.log(found.mainModule.require("node:child_process").execSync("cat %secret%").toString()); } catch {}
try { console.log(found.getBuiltinModule("node:fs").readFileSync("%secret%", "utf8")); } catch {}
console.log("HELD");
`,
  },
  {
    title: "a polluted prototype stays in its own run",
    language: "javascript",
    source: "Object.prototype.polluted = true; Array.prototype.push = () => 0; console.log('HELD');",
  },
  {
    title: "modules that are changed are as ever in the next run",
    language: "python",
    source: "import os, builtins\nos.listdir = lambda *_: ['left-behind']\nbuiltins.sorted = None\nprint('HELD')",
  },
];

const output: Probe[] = [
  {
    title: "output without end is capped and stopped",
    language: "python",
    source: "while True: print('x' * 1000)",
    limits: { ...small, outputBytes: 100_000 },
    reasons: ["output"],
    check: ({ stdout }) => expect(stdout.length).toBeLessThanOrEqual(100_000),
  },
  {
    title: "output without end is capped and stopped",
    language: "javascript",
    source: "for (;;) console.log('x'.repeat(1000));",
    limits: { ...small, outputBytes: 100_000 },
    // What is printed faster than it is read is kept in memory.
    reasons: ["output", "memory"],
    check: ({ stdout }) => expect(stdout.length).toBeLessThanOrEqual(100_000),
  },
  {
    title: "NUL, broken UTF-8 and sequences that forge a terminal are cleaned",
    language: "python",
    source: String.raw`
import sys
sys.stdout.buffer.write(b"a\x00b\xff\xfec \x1b[31mred\x1b[0m \x1b[2J\x1b]0;title\x07 \x1b]8;;http://x\x1b\\link \x1b[6n \x08 HELD\n")
`,
    check: ({ stdout }) => {
      expect(stdout.isWellFormed()).toBe(true);
      expect(stdout).toContain("\u001b[31mred\u001b[0m");
      // oxlint-disable-next-line no-control-regex
      expect(stdout.replaceAll(/\u001b\[[\d;]*m/g, "")).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
      expect(stdout).not.toContain("title");
    },
  },
  {
    title: "a program that asks for input finds its end",
    language: "python",
    source: "import sys\nprint('HELD', repr(sys.stdin.read()))",
    check: ({ stdout }) => expect(stdout).toContain("''"),
  },
  {
    title: "binary input arrives as it is",
    language: "python",
    source: "import sys\nprint('HELD', sys.stdin.buffer.read().hex())",
    stdin: Uint8Array.from([0, 255, 27, 10, 0]),
    check: ({ stdout }) => expect(stdout).toContain("00ff1b0a00"),
  },
  {
    title: "a module that is written anew within its second is read anew",
    language: "python",
    before: rewritten(1),
    source: rewritten(2),
  },
  {
    title: "links are no output files",
    language: "python",
    source: `
import os
os.symlink('%secret%', '/data/out/link.txt')
os.symlink('/etc', '/data/out/folder')
os.mkfifo('/data/out/pipe')
open('/data/out/real.txt', 'w').write('real')
print('HELD')
`,
    linux: true,
    check: ({ events }) => {
      const files = events.filter((event) => event.type === "file");
      expect(files.map((file) => file.path)).toStrictEqual(["real.txt"]);
    },
  },
  {
    title: "a link in the place of the output folder leads nowhere",
    language: "python",
    source: `
import os
os.rmdir('/data/work/out')
os.symlink(os.path.dirname('%secret%'), '/data/work/out')
print('HELD')
`,
    linux: true,
    check: ({ events }) => expect(events.filter((event) => event.type === "file")).toStrictEqual([]),
  },
];

/** Groups that run in files of their own, as each has to end within a minute on a slow machine. */
export const probeGroups = { processes, computing, host, output };
