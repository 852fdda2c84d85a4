import { z } from "zod";

/** Faults that are not simply an HTTP status. README.md says what each does, streaming and not. */
export const NAMED_FAULTS = [
  "quota",
  "reset-before-headers",
  "reset-after-headers",
  "hang-before-headers",
  "hang-between-chunks",
  "html",
  "empty-body",
  "invalid-json",
  "error-first",
  "empty-stream",
  "cut",
  "no-finish",
  "error-midway",
  "huge-chunk",
  "no-usage",
  "zero-usage",
  "bad-tool-arguments",
  "wrong-content-type",
  "ignores-stream",
] as const;

const statusFault = z.custom<`${number}`>((value) => typeof value === "string" && /^[45]\d\d$/.test(value), {
  error: "a fault is an HTTP status from 400 to 599 or one of the named faults",
});
const statusNumber = z
  .number()
  .int()
  .min(400)
  .max(599)
  .transform((status) => `${status}` as const);
const faultSchema = z.union([z.enum(NAMED_FAULTS), statusNumber, statusFault]);

const count = z.number().int().nonnegative();

/** Everything a test can ask of one answer. Every field is optional: an empty object is the plain echo. */
export const behaviourSchema = z.strictObject({
  /** The whole answer, instead of the echo. */
  text: z.string().optional(),
  /** A ready-made answer: every kind of Markdown, or an attempt to run script in the page. */
  sample: z.enum(["markdown", "hostile"]).optional(),
  /** true for a stock sentence, or the reasoning's own words. false suppresses what the request asked for. */
  reasoning: z.union([z.boolean(), z.string()]).optional(),
  /** How many text deltas; the echo is filled up with words until there are enough. */
  chunks: count.min(1).max(200_000).optional(),
  /** Milliseconds between deltas. */
  delayMs: count.optional(),
  /** Milliseconds before the headers. */
  firstDelayMs: count.optional(),
  /** Writes the body in slices of so many bytes, so that UTF-8 characters and events are cut anywhere. */
  fragmentBytes: count.min(1).optional(),
  toolCalls: z
    .array(z.strictObject({ name: z.string(), arguments: z.union([z.string(), z.record(z.string(), z.unknown())]) }))
    .optional(),
  /** Calls them also when results are already there: for ever. */
  callsAgain: z.boolean().optional(),
  finish: z.enum(["stop", "length", "content-filter"]).optional(),
  usage: z
    .strictObject({ input: count, output: count, reasoning: count.default(0), cached: count.default(0) })
    .optional(),
  fault: faultSchema.optional(),
  /** For faults in the middle of a stream: how many text deltas arrive first (default 3). */
  after: count.optional(),
  /** The fault strikes so many times, then answers are well again. Without it the fault stays. */
  times: count.min(1).optional(),
  retryAfterSeconds: z.number().nonnegative().optional(),
  /** The words of the error. */
  message: z.string().optional(),
  /** For huge-chunk: characters in the one delta (default 40 MiB). */
  bytes: count.optional(),
});

export type Behaviour = z.input<typeof behaviourSchema>;
export type ParsedBehaviour = z.output<typeof behaviourSchema>;
export type Fault = NonNullable<Behaviour["fault"]>;
