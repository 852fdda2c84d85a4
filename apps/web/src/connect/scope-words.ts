import type { ProgramScope } from "@mindmesh/contracts/oauth";

/** What a program may do, in words for people. */
export const scopeWords: Record<ProgramScope, { label: string; hint: string }> = {
  read: { label: "Read", hint: "See your conversations and files, search them, and read what its tools show." },
  write: { label: "Read and change", hint: "Also make and change things as you. Critical actions still ask you here." },
  admin: { label: "Everything you may do", hint: "Also delete and administer. Critical actions still ask you here." },
};
