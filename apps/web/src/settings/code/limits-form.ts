import { runLimitBounds, runSettings, type RunLimits } from "@mindmesh/contracts/runs";
import { z } from "zod";
import { boundsInWords, limitFields } from "./limit-fields.ts";

const numberField = (field: (typeof limitFields)[number]) => {
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
