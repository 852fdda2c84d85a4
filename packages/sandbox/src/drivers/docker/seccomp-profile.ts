import { cloneNamespaces, families, ignored, known, refused } from "../linux/system-calls.ts";

const errors = { EPERM: 1, ENOSYS: 38 };
const machines: Partial<Record<NodeJS.Architecture, string>> = {
  x64: "SCMP_ARCH_X86_64",
  arm64: "SCMP_ARCH_AARCH64",
};
const byArgument = ["clone", "clone3", "socket", "socketpair"];

/**
 * The filter of bubblewrap's wall in Docker's words (https://docs.docker.com/engine/security/seccomp/), without what types
 * into terminals, as a container has none. Docker's own filter lets io_uring, ptrace and sockets of every kind through.
 * @returns null on a processor that the table of calls does not know
 */
export function seccompProfile(processor: NodeJS.Architecture = process.arch): string | null {
  const machine = machines[processor];
  if (machine === undefined) return null;
  const apart = new Set([...Object.keys(refused), ...Object.keys(ignored), ...byArgument]);
  const allow = (names: string[], argument?: object) => ({
    names,
    action: "SCMP_ACT_ALLOW",
    args: argument === undefined ? [] : [{ index: 0, ...argument }],
  });
  const answer = (names: string[], errnoRet: number) => ({ names, action: "SCMP_ACT_ERRNO", errnoRet });
  const only = (name: string, allowed: number[]) =>
    allowed.map((family) => allow([name], { value: family, op: "SCMP_CMP_EQ" }));
  return JSON.stringify({
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: errors.ENOSYS,
    architectures: [machine],
    syscalls: [
      allow(known.filter((name) => !apart.has(name))),
      answer(Object.keys(refused), errors.EPERM),
      answer(Object.keys(ignored), 0),
      answer(["clone3"], errors.ENOSYS),
      allow(["clone"], { value: cloneNamespaces, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }),
      ...only("socket", [families.unix, families.internet, families.internet6]),
      ...only("socketpair", [families.unix]),
    ],
  });
}
