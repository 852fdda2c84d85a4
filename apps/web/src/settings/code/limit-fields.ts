import { runLimitBounds, runSettings, type RunLimits, type RunSettings } from "@mindmesh/contracts/runs";
import { z } from "zod";

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

const numberField = (field: LimitField) => {
  const { min, max } = runLimitBounds[field.name];
  const outside = `Must be ${boundsInWords(field)}.`;
  return z
    .string()
    .trim()
    .regex(/^\d+(?:\.\d+)?$/, "Must be a number.")
    .transform((written) => Math.round(Number(written) * field.per))
    .refine((value) => value >= min && value <= max, outside);
};

const whole = (schema: z.ZodType<number, number>) =>
  z.string().trim().regex(/^\d+$/, "Must be a whole number.").transform(Number).pipe(schema);

/** What is written in the form, made into what the contract wants; hosts one per line. */
export const limitsForm = z.object({
  enabled: runSettings.shape.enabled,
  limits: z.object(
    Object.fromEntries(limitFields.map((field) => [field.name, numberField(field)])) as Record<
      keyof RunLimits,
      ReturnType<typeof numberField>
    >,
  ),
  concurrency: whole(runSettings.shape.concurrency),
  awaySeconds: whole(runSettings.shape.awaySeconds),
  hosts: z
    .string()
    .transform((written) => [...new Set(written.split(/[\s,]+/).filter((host) => host !== ""))])
    .superRefine((hosts, context) => {
      const { error } = runSettings.shape.hosts.safeParse(hosts);
      for (const issue of error?.issues ?? []) {
        const host = hosts[Number(issue.path[0])];
        context.addIssue({ code: "custom", message: host === undefined ? issue.message : `${host}: ${issue.message}` });
      }
    }),
});

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
