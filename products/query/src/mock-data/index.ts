export { makeMockRows } from "./mock-rows.ts";
export { suggestPlan } from "./suggest-plan.ts";
export { writePostgres } from "./write-postgres.ts";
