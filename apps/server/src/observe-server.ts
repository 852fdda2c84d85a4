import type { Config } from "@mindmesh/kernel/config";
import type { Database } from "@mindmesh/kernel/db";
import { toAppError } from "@mindmesh/kernel/http";
import { type Jobs, countJobs } from "@mindmesh/kernel/jobs";
import {
  type ErrorReports,
  type Metrics,
  type Readiness,
  type ReadinessChecks,
  createMetrics,
  observeRequests,
  openTracing,
  routeOf,
  serveMetrics,
  serveReadiness,
  webVitalRoutesOn,
} from "@mindmesh/kernel/observe";
import type { Realtime } from "@mindmesh/kernel/realtime";
import type { FastifyInstance } from "fastify";
import { version } from "./version.ts";

interface Observed {
  /** Where other parts put metrics of their own. */
  metrics: Metrics;
  /** Watches every request; call it before any other hook. */
  requestsOf(app: FastifyInstance): void;
  /** `/metrics`, `/health`, `/ready` and the page's own measurements. */
  routesOn(
    app: FastifyInstance,
    parts: { checks: ReadinessChecks; about: Record<string, string>; realtime: Realtime; jobs: Jobs },
  ): Readiness;
  close(): Promise<void>;
}

/** Metrics, traces and error reports of one server. */
export async function observeServer({
  config,
  serverId,
  db,
  reports,
}: {
  config: Config;
  serverId: string;
  db: Database;
  reports: ErrorReports | undefined;
}): Promise<Observed> {
  const metrics = createMetrics(version);
  const tracing = await openTracing({ endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, version, serverId });
  tracing?.watchPool(db.pool);
  return {
    metrics,
    requestsOf(app) {
      observeRequests(app, { metrics, tracing });
      app.addHook("onError", (request, _reply, error, done) => {
        // Only faults of ours: what a provider or a full disk does is in the log and the metrics.
        if (toAppError(error).code === "internal") {
          reports?.capture(error, { requestId: request.id, route: routeOf(request), method: request.method });
        }
        done();
      });
    },
    routesOn(app, { checks, about, realtime, jobs }) {
      const { pool } = db;
      metrics.watch({ name: "mindmesh_sockets", help: "Open live connections" }, () => [
        { value: realtime.connections() },
      ]);
      metrics.watch(
        { name: "mindmesh_database_connections", help: "Connections of this server's pool", labels: ["state"] },
        () => [
          { labels: { state: "used" }, value: pool.totalCount - pool.idleCount },
          { labels: { state: "idle" }, value: pool.idleCount },
        ],
      );
      metrics.watch({ name: "mindmesh_database_waiting", help: "Queries that wait for a connection" }, () => [
        { value: pool.waitingCount },
      ]);
      metrics.watch({ name: "mindmesh_jobs_running", help: "Jobs running on this server" }, () => [
        { value: jobs.running() },
      ]);
      metrics.watch(
        { name: "mindmesh_jobs", help: "Jobs in the queues, of all servers", labels: ["queue", "state"] },
        async () => {
          const queues = await countJobs(db, {});
          return queues.flatMap(({ queue, counts }) =>
            (["waiting", "delayed", "running", "dead"] as const).map((state) => ({
              labels: { queue, state },
              value: counts[state],
            })),
          );
        },
      );
      webVitalRoutesOn(app, metrics);
      serveMetrics(app, metrics.registry, { token: config.METRICS_TOKEN, publicUrl: config.publicUrl });
      return serveReadiness(app, checks, { version, ...about });
    },
    async close() {
      await tracing?.close();
    },
  };
}
