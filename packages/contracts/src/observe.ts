import { z } from "zod";
import { defineRoute } from "./route.ts";

/** Milliseconds, except for CLS, which has no unit. */
const vital = z.object({
  name: z.enum(["CLS", "FCP", "INP", "LCP", "TTFB"]),
  value: z.number().min(0).max(600_000),
});

export const observeRoutes = {
  reportWebVitals: defineRoute({
    method: "POST",
    path: "/api/web-vitals",
    summary: "What a browser measured of the page",
    tag: "observe",
    audience: "public",
    scope: "read",
    body: z.object({ vitals: z.array(vital).min(1).max(20) }),
    bodyLimit: 4096,
    response: "none",
  }),
};
