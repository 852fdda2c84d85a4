import type { z } from "zod";
import { CommandError } from "./command-error.ts";

/**
 * Options as the contract wants them.
 * @throws CommandError that names every option that is wrong
 */
export function checkFields<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  --${issue.path.join(".")}: ${issue.message}`);
  throw new CommandError(`Some options need correction:\n${lines.join("\n")}`);
}
