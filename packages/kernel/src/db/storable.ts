/** The text without what PostgreSQL cannot keep: NUL is left out, and half a surrogate pair becomes U+FFFD. */
export function storableText(text: string): string {
  return text.replaceAll("\u0000", "").toWellFormed();
}

/** How JSON writes NUL and halves of surrogate pairs; also found where a backslash stands before the same words. */
const maybeUnstorable = /\\u(?:0000|d[89a-f])/;

/** A value in JSON as `jsonb` takes it: without such characters in its texts and in the names of its fields. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  return maybeUnstorable.test(json) ? JSON.stringify(storable(JSON.parse(json))) : json;
}

function storable(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [storableText(name), storable(each)]));
}
