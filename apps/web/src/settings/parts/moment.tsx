const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dayOnly = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const units: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 hours ago", "in 2 days"; a date when it is more than two weeks away. */
export function nearness(at: string, now = Date.now()) {
  const seconds = (Date.parse(at) - now) / 1000;
  if (Math.abs(seconds) > 14 * 86_400) return dayOnly.format(new Date(at));
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 0 ? "in less than a minute" : "just now";
}

/** A moment near to now in words, exactly on hover. */
export function Moment({ at, exact = false }: { at: string; exact?: boolean }) {
  const text = full.format(new Date(at));
  return (
    <time dateTime={at} title={text}>
      {exact ? text : nearness(at)}
    </time>
  );
}
