import type { FastifyInstance } from "fastify";

/** Resolves when a part can be used, rejects when not. Its name is shown, its reason only logged. */
export type ReadinessChecks = Record<string, () => Promise<unknown>>;

export interface Readiness {
  /** From now on `/ready` answers 503, so that load balancers send nobody else. */
  drain(): void;
  readonly draining: boolean;
}

const checkMilliseconds = 2000;

/**
 * `GET /health`: the process answers. `GET /ready`: it can do its work; 503 while a part that it needs is away, and
 * from the beginning of a stop.
 * @param about shown by `/health`
 */
export function serveReadiness(
  app: FastifyInstance,
  checks: ReadinessChecks,
  about: Record<string, string>,
): Readiness {
  let draining = false;
  app.get("/health", { schema: { hide: true } }, () => ({ status: "ok", ...about }));
  app.get("/ready", { schema: { hide: true } }, async (request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await inTime(check());
          return [name, "ok"] as const;
        } catch (error) {
          request.log.warn({ err: error, check: name }, "not ready");
          return [name, "failed"] as const;
        }
      }),
    );
    const failed = results.some(([, result]) => result !== "ok");
    const status = draining ? "draining" : failed ? "not ready" : "ready";
    return reply
      .status(status === "ready" ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ status, checks: Object.fromEntries(results) });
  });
  return {
    drain() {
      draining = true;
    },
    get draining() {
      return draining;
    },
  };
}

function inTime(work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkMilliseconds} ms`)), checkMilliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
