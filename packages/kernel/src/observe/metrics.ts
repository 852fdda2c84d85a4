import { Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { type Spread, makeSpread } from "./tallies.ts";

export interface Metrics {
  /** For parts with metrics of their own. */
  registry: Registry;
  /** Seconds from the first byte of a request to the last of its answer. */
  requestSeconds: Spread<"method" | "route" | "status">;
  requestsInFlight: Gauge;
  /** What browsers measured of the page, in seconds (CLS without a unit). */
  webVitals: Histogram<"name">;
  /** Values that are read whenever somebody asks for the metrics; what cannot be read is left out. */
  watch<Label extends string = never>(
    gauge: { name: string; help: string; labels?: Label[] },
    read: () => Reading<Label>[] | Promise<Reading<Label>[]>,
  ): void;
}

type Reading<Label extends string> = { labels?: Record<Label, string>; value: number };

/** The metrics of one server: process, event loop and garbage collector, HTTP, and what other parts add. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: "mindmesh_info", help: "The program", labelNames: ["version"], registers }).set({ version }, 1);
  return {
    registry,
    requestSeconds: makeSpread(
      {
        name: "http_request_duration_seconds",
        help: "HTTP requests by route and outcome; status 499: the client went away first",
        labelNames: ["method", "route", "status"],
        registry,
      },
      [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    ),
    requestsInFlight: new Gauge({
      name: "http_requests_in_flight",
      help: "HTTP requests without a complete answer",
      registers,
    }),
    webVitals: new Histogram({
      name: "mindmesh_web_vitals",
      help: "Page speed as browsers measured it: FCP, LCP, INP, TTFB in seconds, CLS without a unit",
      labelNames: ["name"],
      // The limits of "good" and "poor" of each vital (web.dev/articles/vitals) are among them.
      buckets: [0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 0.8, 1, 1.8, 2.5, 3, 4, 10],
      registers,
    }),
    watch({ name, help, labels: labelNames = [] }, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        labelNames,
        registers,
        async collect() {
          gauge.reset();
          try {
            for (const { labels = {}, value } of await read()) gauge.set(labels, value);
          } catch {
            // The database being away must not hide the other metrics; /ready is what tells of it.
            gauge.remove();
          }
        },
      });
    },
  };
}
