import { customType } from "drizzle-orm/pg-core";
import { storableJson } from "./storable.ts";

/** `timestamptz` read and written as ISO 8601 text in UTC, the form that contracts use. */
export const moment = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp with time zone",
  fromDriver: (value) => new Date(value).toISOString(),
});

/**
 * JSON. What comes from models, other databases and other programs may hold characters that PostgreSQL refuses here;
 * they are left out, so that one of them does not lose the rest.
 */
export const jsonb = customType<{ data: unknown; driverData: string }>({
  dataType: () => "jsonb",
  toDriver: storableJson,
});

/** Binary data. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => "bytea",
});
