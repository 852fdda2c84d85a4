const units = ["kB", "MB", "GB"] as const;

/** A number of bytes for people: "12.3 MB", in powers of a thousand. */
export function bytesInWords(count: number) {
  let value = count / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return count < 1000 ? `${count} bytes` : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}
