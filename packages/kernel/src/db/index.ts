export { bytea, jsonb, moment } from "./columns.ts";
export {
  type Database,
  type DatabaseOptions,
  type Tenant,
  type Transaction,
  type TransactionSettings,
  openDatabase,
} from "./database.ts";
export { databaseErrorIn } from "./database-error.ts";
export { containing, literal } from "./like-pattern.ts";
export { lockDataDirectory } from "./data-directory-lock.ts";
export { findRunningEmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
export { appliedMigrations, checkMigrations, migrationNames, pendingMigrations } from "./pending-migrations.ts";
export { type MigrationOwner, ensureRole, kernelMigrations, migrate } from "./migrate.ts";
export { reachDatabase } from "./reach-database.ts";
export { storableJson, storableText } from "./storable.ts";
export { StartError } from "./start-error.ts";
export { newId } from "./new-id.ts";
