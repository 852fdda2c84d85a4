export { connectionBody } from "./connection-body.ts";
export { eventually } from "./eventually.ts";
export { instanceRows } from "./instance-rows.ts";
export { manyTables } from "./many-tables.ts";
export { skipUnless } from "./skip-unless.ts";
export { type SmallDisk, mountSmallDisk } from "./small-disk.ts";
export { createTestDatabase, type TestDatabase } from "./test-database.ts";
export { type TestPerson, type TestServer, type TestServerOptions, startTestServer } from "./test-server.ts";
export { storeCatalog } from "./stored-catalog.ts";
