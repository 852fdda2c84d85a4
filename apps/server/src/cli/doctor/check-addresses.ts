import { createServer } from "node:net";
import type { Config } from "@mindmesh/kernel/config";
import { type Finding, good, note, problem, reasonOf, warning } from "./finding.ts";

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;

/** Whether PUBLIC_URL, HOST, PORT and the address book fit each other. */
export async function checkAddresses(config: Config): Promise<Finding[]> {
  return [...checkPublicUrl(config), await checkPort(config)];
}

function checkPublicUrl(config: Config): Finding[] {
  const url = new URL(config.publicUrl);
  const local = loopback.test(url.hostname);
  const findings: Finding[] = [];
  if (url.pathname !== "/") {
    findings.push(
      problem(
        `PUBLIC_URL ${config.publicUrl} has a path`,
        "Mindmesh wants a host name of its own: leave the path away.",
      ),
    );
  }
  if (!local && url.protocol === "http:") {
    findings.push(
      warning(
        `PUBLIC_URL ${config.publicUrl} is not encrypted: passwords and cookies travel in the clear`,
        "Put a proxy with TLS in front (deploy/Caddyfile) and set PUBLIC_URL to its https:// address.",
      ),
    );
  }
  if (!local && config.METRICS_TOKEN === undefined) {
    findings.push(note("Nobody can read /metrics", "Set METRICS_TOKEN if Prometheus is to read them."));
  }
  if (local && !loopback.test(config.HOST)) {
    findings.push(
      warning(
        `The server listens on ${config.HOST} for other machines, but PUBLIC_URL is ${config.publicUrl}`,
        "Set PUBLIC_URL to the address that people use: links in mails and sign-in by other providers need it.",
      ),
    );
  }
  return findings.length > 0 ? findings : [good(`PUBLIC_URL ${config.publicUrl}`)];
}

/** Either our own server answers at the port, or nobody does. */
async function checkPort(config: Config): Promise<Finding> {
  const host = ["0.0.0.0", "::"].includes(config.HOST) ? "127.0.0.1" : config.HOST;
  const place = `${host.includes(":") ? `[${host}]` : host}:${config.PORT}`;
  const health = await fetch(`http://${place}/health`, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.json() as Promise<{ server?: string; version?: string }>,
    () => null,
  );
  if (health?.server !== undefined) {
    const ready = await fetch(`http://${place}/ready`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
    if (ready?.status === 200) return good(`A server (version ${health.version ?? "unknown"}) runs on ${place}`);
    const why = ready ? await ready.text() : "no answer";
    return problem(`The server on ${place} is not ready: ${why}`, "Its log says which part failed and why.");
  }
  const free = await new Promise<Error | null>((resolve) => {
    const probe = createServer()
      .once("error", resolve)
      .listen(config.PORT, config.HOST, () => probe.close(() => resolve(null)));
  });
  return free === null
    ? good(`Port ${config.PORT} on ${config.HOST} is free (no server runs there)`)
    : problem(
        `Port ${config.PORT} on ${config.HOST} cannot be used: ${reasonOf(free)}`,
        "Stop what uses it, or choose another PORT or HOST.",
      );
}
