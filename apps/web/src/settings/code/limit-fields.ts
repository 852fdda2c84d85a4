import { runLimitBounds, type RunLimits, type RunSettings } from "@mindmesh/contracts/runs";
import type { z } from "zod";
import type { limitsForm } from "./limits-form.ts";

interface LimitField {
  name: keyof RunLimits;
  label: string;
  hint: string;
  /** What people read, and how many of the contract's it is. */
  unit: string;
  per: number;
}

const kilobyte = 1024;
const megabyte = 1024 ** 2;

/** The limits of a run as people set them: bytes in larger units. */
export const limitFields: readonly LimitField[] = [
  { name: "wallSeconds", label: "Time", hint: "From start to end.", unit: "seconds", per: 1 },
  { name: "cpuSeconds", label: "Processor time", hint: "All its processes together.", unit: "seconds", per: 1 },
  { name: "memoryBytes", label: "Memory", hint: "All its processes together.", unit: "MB", per: megabyte },
  { name: "processes", label: "Processes", hint: "At once, threads too.", unit: "", per: 1 },
  { name: "outputBytes", label: "Output", hint: "What it may print.", unit: "KB", per: kilobyte },
  { name: "diskBytes", label: "Disk", hint: "Its working directory.", unit: "MB", per: megabyte },
  { name: "files", label: "Files", hint: "How many it may make.", unit: "", per: 1 },
  { name: "fileBytes", label: "Largest file", hint: "Of those it may make.", unit: "MB", per: megabyte },
];

const inUnits = (value: number, per: number) => Number((value / per).toFixed(3));

/** "1 to 600 seconds", "1 KB to 512 MB". */
export function boundsInWords({ name, unit, per }: LimitField) {
  const { min, max } = runLimitBounds[name];
  const least = min < per ? `${(min / kilobyte).toLocaleString()} KB` : (min / per).toLocaleString();
  return `${least} to ${(max / per).toLocaleString()} ${unit}`.trim();
}

/** Settings as they are written in the form. */
export const asWritten = (settings: RunSettings): z.input<typeof limitsForm> => ({
  enabled: settings.enabled,
  limits: Object.fromEntries(
    limitFields.map(({ name, per }) => [name, String(inUnits(settings.limits[name], per))]),
  ) as Record<keyof RunLimits, string>,
  concurrency: String(settings.concurrency),
  awaySeconds: String(settings.awaySeconds),
  hosts: settings.hosts.join("\n"),
});
