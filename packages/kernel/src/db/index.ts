export { bytea, moment } from "./columns.ts";
export {
  type Database,
  type DatabaseOptions,
  type Tenant,
  type Transaction,
  type TransactionSettings,
  openDatabase,
} from "./database.ts";
export { type MigrationOwner, kernelMigrations, migrate } from "./migrate.ts";
