/**
 * The filter of system calls, as the BPF program that bubblewrap loads (`struct sock_filter[]`, seccomp(2)).
 *
 * It is a deny-list: numpy, Node and whatever an admin installs use a wide and growing range of harmless calls, and an
 * allow-list breaks them one by one. What it refuses are the doors to parts of the kernel that namespaces do not cut
 * off or that have been broken out of most often. Calls newer than this table do not exist inside (`newestKnown`), so
 * the next io_uring is shut before anybody has heard of it.
 */

// Numbers from asm/unistd_64.h and asm-generic/unistd.h: [x86_64, aarch64]; null: not there.
const refused: Record<string, [number | null, number | null]> = {
  // Keys, programs and watchers inside the kernel.
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  fanotify_init: [300, 262],
  fanotify_mark: [301, 263],
  lookup_dcookie: [212, 18],
  // Other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  process_mrelease: [448, 448],
  kcmp: [312, 272],
  pidfd_getfd: [438, 438],
  // Asynchronous input and output around every other check; its own has a limit that the whole host shares.
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_setup: [206, 0],
  io_submit: [209, 2],
  // Mounts and namespaces.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  move_mount: [429, 429],
  open_tree: [428, 428],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  setns: [308, 268],
  unshare: [272, 97],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // The machine.
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  syslog: [103, 116],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  iopl: [172, null],
  ioperm: [173, null],
  nfsservctl: [180, 42],
  vhangup: [153, 58],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  personality: [135, 92],
  modify_ldt: [154, null],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  memfd_secret: [447, 447],
  remap_file_pages: [216, 234],
  uselib: [134, null],
  ustat: [136, null],
  sysfs: [139, null],
  _sysctl: [156, null],
};
/** They write back the disks of the whole host; inside they do nothing, and say that it went well. */
const ignored: [number, number][] = [
  [162, 81], // sync
  [306, 267], // syncfs
];
const byArgument = { clone: [56, 220], clone3: [435, 435], socket: [41, 198], socketpair: [53, 199], ioctl: [16, 29] };
const newestKnown = 450;

const architectures = { x64: { column: 0, audit: 0xc000003e }, arm64: { column: 1, audit: 0xc00000b7 } } as const;
const errors = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };
const answer = { allow: 0x7fff0000, killProcess: 0x80000000, error: (code: number) => 0x00050000 | code };

// Offsets in struct seccomp_data; arguments are 64 bits, little-endian on both architectures: the low half is first.
const offset = { nr: 0, arch: 4, firstArgument: 16, secondArgument: 24 };
const code = { load: 0x20, ifEqual: 0x15, ifAtLeast: 0x35, ifAnyBit: 0x45, return: 0x06 };

// CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
const cloneNamespaces = 0x7e020080;
const families = { unix: 1, internet: 2, internet6: 10 };
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
    ...ignored.flatMap((numbers) => deny(numbers[column], 0)),
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
