export { skipUnless } from "./skip-unless.ts";
export { createTestDatabase } from "./test-database.ts";
