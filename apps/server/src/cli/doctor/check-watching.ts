import type { Config } from "@mindmesh/kernel/config";
import { checkTracing } from "@mindmesh/kernel/observe";
import { type Finding, good, innermost, problem, reasonOf } from "./finding.ts";

/** Where traces and reports of errors go. */
export async function checkWatching(config: Config): Promise<Finding[]> {
  const found = await Promise.all([
    checkTraces(config.OTEL_EXPORTER_OTLP_ENDPOINT),
    checkErrorReports(config.SENTRY_DSN),
  ]);
  return found.flat();
}

async function checkTraces(endpoint: string | undefined): Promise<Finding[]> {
  if (endpoint === undefined) return [];
  try {
    await checkTracing(endpoint);
    return [good(`Traces are taken at ${endpoint}`)];
  } catch (error) {
    const mend =
      "Check OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over HTTP, port 4318 in most collectors, without /v1/traces) and, where " +
      "the collector wants a key, OTEL_EXPORTER_OTLP_HEADERS.";
    return [problem(`Traces are not taken at ${endpoint}: ${reasonOf(error)}`, mend)];
  }
}

/** Only whether the host answers: whether it takes the key could be told by a made-up error alone. */
async function checkErrorReports(dsn: string | undefined): Promise<Finding[]> {
  if (dsn === undefined) return [];
  const { host, origin, username, pathname } = new URL(dsn);
  if (username === "" || !/\/\d+$/.test(pathname)) {
    return [
      problem("SENTRY_DSN has no key or no project", "Copy it as Sentry shows it: https://<key>@<host>/<project>."),
    ];
  }
  try {
    await fetch(origin, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(5000) });
    return [good(`Reports of errors go to ${host}, which answers`)];
  } catch (error) {
    return [
      problem(
        `${host} of SENTRY_DSN: ${reasonOf(innermost(error))}`,
        "Check SENTRY_DSN, and let this machine reach its host.",
      ),
    ];
  }
}
