/** Largest result of a call as JSON, in bytes. */
export const mostResultBytes = 256 * 1024;

/** Characters that a string keeps, and items that a list or an object keeps, tried one after the other. */
const steps = [
  { characters: 64_000, items: 2000 },
  { characters: 16_000, items: 500 },
  { characters: 4000, items: 100 },
  { characters: 1000, items: 30 },
  { characters: 200, items: 10 },
];

export interface CappedOutput {
  output: unknown;
  /** Size of the whole result as JSON. */
  bytes: number;
  /** What was cut, in words; empty when nothing was. */
  cut: string[];
}

/**
 * The result, cut until it fits: long strings and long lists keep their beginnings.
 * @returns null when even that does not fit
 */
export function capOutput(output: unknown, mostBytes = mostResultBytes): CappedOutput | null {
  const bytes = sizeOf(output);
  if (bytes <= mostBytes) return { output, bytes, cut: [] };
  for (const step of steps) {
    const cut: string[] = [];
    const shorter = shorten(output, "", step, cut);
    if (sizeOf(shorter) <= mostBytes) return { output: shorter, bytes, cut: summed(cut) };
  }
  return null;
}

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? "");
const count = (n: number) => n.toLocaleString("en");

function shorten(value: unknown, path: string, step: (typeof steps)[number], cut: string[]): unknown {
  const named = path === "" ? "the result" : path;
  if (typeof value === "string") {
    if (value.length <= step.characters) return value;
    cut.push(`${named}: the first ${count(step.characters)} of ${count(value.length)} characters`);
    return value.slice(0, step.characters).toWellFormed();
  }
  if (Array.isArray(value)) {
    if (value.length > step.items) cut.push(`${named}: the first ${count(step.items)} of ${count(value.length)} items`);
    return value.slice(0, step.items).map((item, index) => shorten(item, `${path}[${index}]`, step, cut));
  }
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value);
  if (fields.length > step.items) {
    cut.push(`${named}: the first ${count(step.items)} of ${count(fields.length)} fields`);
  }
  return Object.fromEntries(
    fields
      .slice(0, step.items)
      .map(([key, item]) => [key, shorten(item, path === "" ? key : `${path}.${key}`, step, cut)]),
  );
}

/** At most ten lines: a list of a thousand cut texts is told in one. */
function summed(cut: string[]): string[] {
  return cut.length <= 10 ? cut : [...cut.slice(0, 9), `and ${count(cut.length - 9)} more`];
}
