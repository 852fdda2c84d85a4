import { type Logger, pino, stdSerializers } from "pino";
import { traceId } from "./span.ts";

export type { Logger };

/**
 * Structured log on standard output; secrets that libraries might put into objects are cut out.
 * @param destination where the lines go instead, for tests
 */
export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: describeError },
    mixin: () => {
      const id = traceId();
      return id === undefined ? {} : { traceId: id };
    },
    redact: {
      paths: ["req.headers.authorization", "req.headers.cookie", "*.password", "*.apiKey", "*.token", "*.refreshToken"],
      censor: "[cut]",
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** An error for the log: with its causes, without the values of a failed query, which are what people wrote. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  const { code, table, constraint, cause } = error as Error & Record<"code" | "table" | "constraint", unknown>;
  return {
    type,
    message: withoutValues(message),
    stack: withoutValues(stack),
    ...(code !== undefined && { code }),
    ...(table !== undefined && { table }),
    ...(constraint !== undefined && { constraint }),
    ...(cause instanceof Error && { cause: describeError(cause) }),
  };
}

/** Drizzle appends the parameters to the message of a failed query; the stack repeats the message. */
export function withoutValues(text: string): string {
  return text.replaceAll(/\nparams: [^]*?(?=\n {4}at |$)/g, "");
}
