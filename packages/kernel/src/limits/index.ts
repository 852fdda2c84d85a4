export { type Limits, createRateLimit, defaultLimits } from "./rate-limit.ts";
