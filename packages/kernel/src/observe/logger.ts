import { type Logger, pino } from "pino";

export type { Logger };

/** Structured log on standard output; secrets that libraries might put into objects are cut out. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    redact: {
      paths: ["req.headers.authorization", "req.headers.cookie", "*.password", "*.apiKey", "*.token", "*.refreshToken"],
      censor: "[cut]",
    },
  });
}
