/** The text without what PostgreSQL cannot keep: NUL is left out, and half a surrogate pair becomes U+FFFD. */
export function storableText(text: string): string {
  return text.replaceAll("\u0000", "").toWellFormed();
}

/** The same for all texts in a JSON value, names of fields too: what `jsonb` takes. */
export function storable<T>(value: T): T {
  if (typeof value === "string") return storableText(value) as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  // What says by itself what it is in JSON, such as a Date, is no bare object.
  if (typeof value !== "object" || value === null || "toJSON" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [storableText(name), storable(each)])) as T;
}
