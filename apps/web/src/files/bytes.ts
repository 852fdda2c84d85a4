const units = ["KB", "MB", "GB"] as const;

/** A number of bytes for people: "12.3 MB", in powers of 1,024 as the server's limits and messages count. */
export function bytesInWords(count: number) {
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return count < 1024 ? `${count} bytes` : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}
