import { SandboxError } from "./sandbox-error.ts";

/** What one run may use. A kernel's run starts with fresh seconds and output; memory and disk are the kernel's. */
export interface RunLimits {
  wallSeconds: number;
  cpuSeconds: number;
  memoryBytes: number;
  processes: number;
  outputBytes: number;
  /** All that lies in the working directory, earlier runs included. */
  diskBytes: number;
  /** Number of files and folders in the working directory. */
  files: number;
  /** Size of one file. */
  fileBytes: number;
}

const megabyte = 2 ** 20;

/** What suits data work on a small machine. */
export const defaultLimits: RunLimits = {
  wallSeconds: 60,
  cpuSeconds: 60,
  memoryBytes: 512 * megabyte,
  processes: 64,
  outputBytes: megabyte,
  diskBytes: 256 * megabyte,
  files: 1000,
  fileBytes: 64 * megabyte,
};

/** Between these an admin may choose. Below the smallest, an interpreter does not start. */
export const limitBounds: Record<keyof RunLimits, { min: number; max: number }> = {
  wallSeconds: { min: 1, max: 3600 },
  cpuSeconds: { min: 1, max: 3600 },
  memoryBytes: { min: 64 * megabyte, max: 16 * 1024 * megabyte },
  processes: { min: 16, max: 1024 },
  outputBytes: { min: 1024, max: 64 * megabyte },
  diskBytes: { min: megabyte, max: 16 * 1024 * megabyte },
  files: { min: 10, max: 100_000 },
  fileBytes: { min: 1024, max: 4 * 1024 * megabyte },
};

/**
 * The limits of a run: what it asks for over what the sandbox was opened with.
 * Throws `invalid_fields` for a limit that is no whole number or beyond `limitBounds`.
 */
export function resolveLimits(asked: Partial<RunLimits>, standard: RunLimits): RunLimits {
  const limits = { ...standard };
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    if (!isLimit(name)) {
      fields[`limits.${name}`] = "There is no such limit.";
      continue;
    }
    const { min, max } = limitBounds[name];
    if (!Number.isInteger(value) || value < min || value > max) {
      fields[`limits.${name}`] = `Choose a whole number from ${min} to ${max}.`;
      continue;
    }
    limits[name] = value;
  }
  if (Object.keys(fields).length > 0) throw new SandboxError("invalid_fields", { fields });
  return limits;
}

function isLimit(name: string): name is keyof RunLimits {
  return Object.hasOwn(limitBounds, name);
}
