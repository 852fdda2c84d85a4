import { customType } from "drizzle-orm/pg-core";

/** `timestamptz` read and written as ISO 8601 text in UTC, the form that contracts use. */
export const moment = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp with time zone",
  fromDriver: (value) => new Date(value).toISOString(),
});

/** Binary data. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => "bytea",
});
