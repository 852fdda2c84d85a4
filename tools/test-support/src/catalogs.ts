export { manyTables } from "./many-tables.ts";
export { storeCatalog } from "./stored-catalog.ts";
