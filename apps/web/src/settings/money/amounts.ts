import type { UsageCounts } from "@mindmesh/contracts/money";

const coarse = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const fine = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumSignificantDigits: 2 });
const count = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** US dollars; below ten cents with two digits that count. */
export const dollars = (amount: number) => (amount > 0 && amount < 0.1 ? fine : coarse).format(amount);

export const whole = (amount: number) => count.format(amount);
/** 1.2M, 34.5K. */
export const compact = (amount: number) => short.format(amount);

type Cost = Pick<UsageCounts, "costUsd" | "unknownCalls">;

/** A sum of costs: where the cost of some calls is not known, it is "at least"; where of all, unknown. */
export function costInWords({ costUsd, unknownCalls }: Cost) {
  if (unknownCalls === 0) return dollars(costUsd);
  return costUsd === 0 ? "unknown" : `at least ${dollars(costUsd)}`;
}

const units = [
  { unit: "day", seconds: 86_400 },
  { unit: "hour", seconds: 3600 },
  { unit: "minute", seconds: 60 },
] as const;

/** How old something is, in its largest unit: 3 hours, 40 seconds. */
export function ageInWords(milliseconds: number) {
  const seconds = milliseconds / 1000;
  const { unit, seconds: size } = units.find((each) => seconds >= each.seconds) ?? { unit: "second", seconds: 1 };
  const amount = Math.round(seconds / size);
  return `${whole(amount)} ${unit}${amount === 1 ? "" : "s"}`;
}

const dayFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** A day of UTC, `YYYY-MM-DD`, as people write it. */
export const dayInWords = (day: string) => dayFormat.format(new Date(`${day}T00:00:00Z`));

/** The day in UTC that is so many days ago, `YYYY-MM-DD`. */
export const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
