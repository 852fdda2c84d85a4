import { z } from "zod";

/**
 * An id: UUID version 7, made by the server. Any that PostgreSQL can hold is let through, whatever its version: rows that
 * an operator made or restored by SQL must not turn an answer into an error.
 */
export const id = z.guid();

/** A moment as ISO 8601 text in UTC, with milliseconds. */
export const moment = z.iso.datetime();

// NUL cannot be stored by PostgreSQL; lone surrogates cannot be encoded as UTF-8.
const storable = (text: string) => !text.includes("\u0000") && text.isWellFormed();

/** One line of text a person wrote (a name, a title): trimmed, no control characters. `max` counts UTF-16 units. */
export function line(max: number, min = 1) {
  return z
    .string()
    .refine(storable, "Contains characters that cannot be stored.")
    .transform((text) => text.replaceAll(/\s*\p{Cc}[\p{Cc}\s]*/gu, " ").trim())
    .pipe(
      z
        .string()
        .min(min, min === 1 ? "Must not be empty." : `Must have at least ${min} characters.`)
        .max(max, `Must have at most ${max} characters.`),
    );
}

/** Longer text a person wrote: line breaks kept, NUL and broken Unicode refused. */
export function prose(max: number) {
  return z
    .string()
    .max(max, `Must have at most ${max.toLocaleString("en")} characters.`)
    .refine(storable, "Contains characters that cannot be stored.");
}

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "Must have at most 254 characters.")
  .pipe(z.email("Is not an e-mail address."));

/** Any characters, at least 10; the upper bound only keeps hashing cheap. */
export const password = z
  .string()
  .min(10, "Must have at least 10 characters.")
  .max(1000, "Must have at most 1,000 characters.")
  .refine((text) => text.isWellFormed(), "Contains characters that cannot be stored.");

/** Opaque place in a list, as given by the previous page. */
export const cursor = z.string().max(500);

/** Page of a list, newest first unless the route says otherwise. */
export const pageQuery = z.object({
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: cursor.nullable() });
}

export const workspaceParams = z.object({ workspaceId: id });
