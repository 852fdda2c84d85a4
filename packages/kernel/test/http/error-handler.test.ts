import { toAppError } from "@mindmesh/kernel/http";
import { DrizzleQueryError } from "drizzle-orm";
import pg from "pg";
import { expect, test } from "vitest";

function refusal(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError("could not", 9, "error"), { code });
}

const wrapped = (error: Error) => new DrizzleQueryError("INSERT", [], error);

test.each([
  ["53100", "storage_full", 507],
  ["53300", "unavailable", 503],
  ["57P01", "unavailable", 503],
  ["57P02", "unavailable", 503],
  ["57P03", "unavailable", 503],
  ["23505", "internal", 500],
])("PostgreSQL's %s is %s, however it was wrapped", (sqlState, code, status) => {
  const bare = refusal(sqlState);
  for (const error of [bare, wrapped(bare), new Error("a step failed", { cause: wrapped(bare) })]) {
    expect(toAppError(error)).toMatchObject({ code, status, cause: error });
  }
});

test("a full disk of the system is storage_full", () => {
  expect(toAppError(Object.assign(new Error("no space left"), { code: "ENOSPC" })).code).toBe("storage_full");
});

test("another server that cannot be reached is not taken for ours", () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  expect(toAppError(new TypeError("fetch failed", { cause: refused })).code).toBe("internal");
});
