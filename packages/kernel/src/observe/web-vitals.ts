import { observeRoutes } from "@mindmesh/contracts/observe";
import type { FastifyInstance } from "fastify";
import { implement } from "../http/index.ts";
import type { Metrics } from "./metrics.ts";

/** Takes what browsers measured of the page into the metrics. */
export function webVitalRoutesOn(app: FastifyInstance, metrics: Metrics): void {
  implement(app, observeRoutes, {
    reportWebVitals: ({ body }) => {
      for (const { name, value } of body.vitals) {
        metrics.webVitals.observe({ name }, name === "CLS" ? value : value / 1000);
      }
    },
  });
}
