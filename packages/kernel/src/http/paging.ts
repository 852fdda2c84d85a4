import { z } from "zod";
import { AppError } from "../errors/index.ts";

/** @throws AppError invalid_fields for a cursor that is not the id of a row, as the server gives them */
export function requireRowCursor(cursor: string | undefined): void {
  if (cursor === undefined || z.uuid().safeParse(cursor).success) return;
  throw new AppError("invalid_fields", { fields: { cursor: "Is not one that the server gave." } });
}

/**
 * A page of rows.
 * @param rows one more than `limit` where there are more
 */
export function pageOfRows<Row extends { id: string }>(
  rows: readonly Row[],
  limit: number,
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
