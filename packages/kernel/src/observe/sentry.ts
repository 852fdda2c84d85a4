import { NodeClient, Scope, defaultStackParser, linkedErrorsIntegration, makeNodeTransport } from "@sentry/node-core";
import type { ErrorReports } from "./error-reports.ts";
import { type Logger, withoutValues } from "./logger.ts";

const flushMilliseconds = 2000;

/**
 * A client of its own, without the SDK's automatic parts: these would patch http and read bodies, headers and local
 * variables, and what people write has no place in a report.
 */
export function startSentry(settings: { dsn: string; release: string; log: Logger }): ErrorReports {
  const client = new NodeClient({
    dsn: settings.dsn,
    release: settings.release,
    transport: makeNodeTransport,
    stackParser: defaultStackParser,
    integrations: [linkedErrorsIntegration()],
    includeServerName: false,
    sendDefaultPii: false,
    sendClientReports: false,
    beforeSend(event) {
      for (const exception of event.exception?.values ?? []) {
        if (exception.value !== undefined) exception.value = withoutValues(exception.value);
      }
      return event;
    },
  });
  client.init();
  return {
    capture(error, tags = {}) {
      try {
        const scope = new Scope();
        scope.setTags(tags);
        client.captureException(error, { originalException: error }, scope);
      } catch (failure) {
        settings.log.warn({ err: failure }, "an error could not be reported");
      }
    },
    async close() {
      await client.close(flushMilliseconds);
    },
  };
}
