import { cloneNamespaces, families, ignored, newestKnown, refused } from "../linux/system-calls.ts";

/**
 * The filter of system calls, as the BPF program that bubblewrap loads (`struct sock_filter[]`, seccomp(2)).
 *
 * It is a deny-list: numpy, Node and whatever an admin installs use a wide and growing range of harmless calls, and an
 * allow-list breaks them one by one. What it refuses are the doors to parts of the kernel that namespaces do not cut
 * off or that have been broken out of most often. Calls newer than this table do not exist inside (`newestKnown`), so
 * the next io_uring is shut before anybody has heard of it.
 */

const byArgument = { clone: [56, 220], clone3: [435, 435], socket: [41, 198], socketpair: [53, 199], ioctl: [16, 29] };

const architectures = { x64: { column: 0, audit: 0xc000003e }, arm64: { column: 1, audit: 0xc00000b7 } } as const;
const errors = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };
const answer = { allow: 0x7fff0000, killProcess: 0x80000000, error: (code: number) => 0x00050000 | code };

// Offsets in struct seccomp_data; arguments are 64 bits, little-endian on both architectures: the low half is first.
const offset = { nr: 0, arch: 4, firstArgument: 16, secondArgument: 24 };
const code = { load: 0x20, ifEqual: 0x15, ifAtLeast: 0x35, ifAnyBit: 0x45, return: 0x06 };

// They type into the terminal of whoever started the server.
const terminalInjection = [0x5412 /* TIOCSTI */, 0x541c /* TIOCLINUX */];

type Instruction = [code: number, jumpIfTrue: number, jumpIfFalse: number, value: number];

/** The filter for this processor's calls; null on a processor whose numbers are not in the table. */
export function seccompFilter(processor: string = process.arch): Buffer | null {
  if (processor !== "x64" && processor !== "arm64") return null;
  const { column, audit } = architectures[processor];
  const deny = (nr: number, error: number): Instruction[] => [
    [code.ifEqual, 0, 1, nr],
    [code.return, 0, 0, answer.error(error)],
  ];
  const program: Instruction[] = [
    [code.load, 0, 0, offset.arch],
    [code.ifEqual, 1, 0, audit],
    // Calls of another processor's table (32-bit programs) would mean something else by the same number.
    [code.return, 0, 0, answer.killProcess],
    [code.load, 0, 0, offset.nr],
    // Also the x32 table, whose numbers begin at 2^30.
    [code.ifAtLeast, 0, 1, newestKnown + 1],
    [code.return, 0, 0, answer.error(errors.ENOSYS)],
    ...Object.values(refused).flatMap((numbers) => {
      const nr = numbers[column];
      return nr === null ? [] : deny(nr, errors.EPERM);
    }),
    ...Object.values(ignored).flatMap((numbers) => deny(numbers[column], 0)),
    // Its flags lie in memory, where a filter cannot look. The C library then uses clone.
    ...deny(byArgument.clone3[column] ?? 0, errors.ENOSYS),
    ...whenCalled(byArgument.clone[column] ?? 0, [
      [code.load, 0, 0, offset.firstArgument],
      [code.ifAnyBit, 0, 1, cloneNamespaces],
      [code.return, 0, 0, answer.error(errors.EPERM)],
    ]),
    // No vsock, netlink, packet, bluetooth, alg...: each is a driver of its own in the kernel.
    ...whenCalled(byArgument.socket[column] ?? 0, onlyFamilies([families.unix, families.internet, families.internet6])),
    ...whenCalled(byArgument.socketpair[column] ?? 0, onlyFamilies([families.unix])),
    ...whenCalled(byArgument.ioctl[column] ?? 0, [
      [code.load, 0, 0, offset.secondArgument],
      ...terminalInjection.flatMap((request): Instruction[] => [
        [code.ifEqual, 0, 1, request],
        [code.return, 0, 0, answer.error(errors.EPERM)],
      ]),
    ]),
    [code.return, 0, 0, answer.allow],
  ];
  return assembled(program);
}

/** Skips `body` for other calls; after it the call is allowed. */
function whenCalled(nr: number, body: Instruction[]): Instruction[] {
  return [[code.ifEqual, 0, body.length + 1, nr], ...body, [code.return, 0, 0, answer.allow]];
}

function onlyFamilies(allowed: number[]): Instruction[] {
  return [
    [code.load, 0, 0, offset.firstArgument],
    ...allowed.flatMap((family): Instruction[] => [
      [code.ifEqual, 0, 1, family],
      [code.return, 0, 0, answer.allow],
    ]),
    [code.return, 0, 0, answer.error(errors.EAFNOSUPPORT)],
  ];
}

function assembled(program: Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [operation, jumpIfTrue, jumpIfFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(operation, index * 8);
    bytes.writeUInt8(jumpIfTrue, index * 8 + 2);
    bytes.writeUInt8(jumpIfFalse, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  }
  return bytes;
}
