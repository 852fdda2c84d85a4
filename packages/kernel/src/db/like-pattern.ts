/** The text for use in a LIKE pattern, where its own %, _ and \ stand for themselves. */
export function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** A LIKE pattern for what holds the text anywhere. */
export function containing(text: string): string {
  return `%${literal(text)}%`;
}
