import type { QuestionToken } from "../question-words.ts";

/** Days as `YYYY-MM-DD`: from the first on, up to but not with the second. */
export interface TimeRange {
  from: string | null;
  before: string | null;
  /** In words, for the assumption. */
  words: string;
  tokens: [from: number, to: number];
}

const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const units = ["day", "week", "month", "quarter", "year"] as const;
type Unit = (typeof units)[number];

const day = (date: Date) => date.toISOString().slice(0, 10);
const utc = (year: number, month: number, date = 1) => new Date(Date.UTC(year, month, date));

/** The beginning of the unit that a day is in; weeks begin on Monday (ISO 8601). */
function beginning(date: Date, unit: Unit): Date {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (unit === "year") return utc(year, 0);
  if (unit === "quarter") return utc(year, month - (month % 3));
  if (unit === "month") return utc(year, month);
  const start = utc(year, month, date.getUTCDate());
  if (unit === "week") start.setUTCDate(start.getUTCDate() - ((start.getUTCDay() + 6) % 7));
  return start;
}

function moved(date: Date, count: number, unit: Unit): Date {
  const [year, month, of] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === "day" || unit === "week") return utc(year, month, of + count * (unit === "week" ? 7 : 1));
  const monthsMoved = count * { month: 1, quarter: 3, year: 12 }[unit];
  const last = utc(year, month + monthsMoved + 1, 0).getUTCDate();
  return utc(year, month + monthsMoved, Math.min(of, last));
}

const isYear = (token: QuestionToken | undefined) => token?.kind === "number" && /^(19|20)\d\d$/.test(token.raw);
const unitOf = (token: QuestionToken | undefined): Unit | null => units.find((unit) => unit === token?.word) ?? null;

/**
 * A range of time that a question names: a day, month, quarter or year, `last 30 days`, `this month`, `since 2023`, `between …
 * and …`. Null when it names none. `now` is today's moment; days are those of UTC.
 */
export function timeRange(tokens: QuestionToken[], now: Date): TimeRange | null {
  for (let at = 0; at < tokens.length; at += 1) {
    const found = relative(tokens, at, now) ?? fixed(tokens, at);
    if (found) return found;
  }
  return null;
}

function relative(tokens: QuestionToken[], at: number, now: Date): TimeRange | null {
  const token = tokens[at];
  const today = beginning(now, "day");
  if (token?.word === "today")
    return { from: day(today), before: day(moved(today, 1, "day")), words: "today", tokens: [at, at + 1] };
  if (token?.word === "yesterday") {
    return { from: day(moved(today, -1, "day")), before: day(today), words: "yesterday", tokens: [at, at + 1] };
  }
  if (token?.word === "ago" || token === undefined) return null;
  const lead = ["last", "past", "previous", "this", "current"].includes(token.word) ? token.word : null;
  if (!lead) return null;
  const start = tokens[at - 1]?.word === "the" ? at - 1 : at;
  const from = ["in", "of", "during", "from", "for", "within", "over"].includes(tokens[start - 1]?.word ?? "")
    ? start - 1
    : start;
  const isThis = lead === "this" || lead === "current";
  const unit = unitOf(tokens[at + 1]);
  if (unit) {
    const begun = beginning(now, unit);
    const [first, end] = isThis ? [begun, moved(begun, 1, unit)] : [moved(begun, -1, unit), begun];
    return {
      from: day(first),
      before: day(end),
      words: `${isThis ? "this" : "the last whole"} ${unit}`,
      tokens: [from, at + 2],
    };
  }
  const count = Number(tokens[at + 1]?.word);
  const counted = unitOf(tokens[at + 2]);
  if (isThis || !counted || !Number.isInteger(count) || count < 1 || count > 10_000) return null;
  const first = moved(today, -count, counted);
  return {
    from: day(first),
    before: day(moved(today, 1, "day")),
    words: `the last ${count} ${counted}s up to today`,
    tokens: [from, at + 3],
  };
}

/** A day, month, quarter or year that stands at a place, with the first moment and the first one after it. */
function span(tokens: QuestionToken[], at: number): { first: Date; end: Date; to: number } | null {
  const token = tokens[at];
  if (!token) return null;
  if (token.kind === "date") {
    const first = new Date(`${token.word}T00:00:00Z`);
    if (Number.isNaN(first.getTime())) return null;
    return { first, end: moved(first, 1, "day"), to: at + 1 };
  }
  const month =
    token.kind === "word"
      ? months.findIndex(
          (name) =>
            name === token.raw.toLowerCase() || (name.slice(0, 3) === token.raw.toLowerCase() && name !== "may"),
        )
      : -1;
  if (month !== -1) {
    const offset = tokens[at + 1]?.word === "of" ? 2 : 1;
    if (!isYear(tokens[at + offset])) return null;
    const first = utc(Number(tokens[at + offset]?.raw), month);
    return { first, end: moved(first, 1, "month"), to: at + offset + 1 };
  }
  const quarter = /^q([1-4])$/.exec(token.word)?.[1];
  if (quarter !== undefined && isYear(tokens[at + 1])) {
    const first = utc(Number(tokens[at + 1]?.raw), (Number(quarter) - 1) * 3);
    return { first, end: moved(first, 1, "quarter"), to: at + 2 };
  }
  if (!isYear(token)) return null;
  const first = utc(Number(token.raw), 0);
  return { first, end: moved(first, 1, "year"), to: at + 1 };
}

function fixed(tokens: QuestionToken[], at: number): TimeRange | null {
  const lead = tokens[at]?.word ?? "";
  const words = (to: number) =>
    tokens
      .slice(at, to)
      .map(({ raw }) => raw)
      .join(" ");
  if (lead === "between" || lead === "from") {
    const one = span(tokens, at + 1);
    const joint = one && ["and", "to", "until", "till"].includes(tokens[one.to]?.word ?? "") ? one.to : null;
    const two = joint === null ? null : span(tokens, joint + 1);
    if (one && two) return { from: day(one.first), before: day(two.end), words: words(two.to), tokens: [at, two.to] };
  }
  const leads = ["in", "during", "of", "on", "for", "from", "since", "after", "before", "until", "till"];
  if (!leads.includes(lead)) return isYear(tokens[at]) ? null : bare(tokens, at);
  const named = span(tokens, at + 1);
  if (!named) return null;
  // `of 2000 euros` is no year: a bare number counts only where nothing follows that it could count.
  const range = { words: words(named.to), tokens: [at, named.to] as [number, number] };
  if (lead === "since") return { ...range, from: day(named.first), before: null };
  if (lead === "after") return { ...range, from: day(named.end), before: null };
  if (lead === "before") return { ...range, from: null, before: day(named.first) };
  if (lead === "until" || lead === "till") return { ...range, from: null, before: day(named.end) };
  return { ...range, from: day(named.first), before: day(named.end) };
}

/** A month with its year, or a day, that no word leads to. */
function bare(tokens: QuestionToken[], at: number): TimeRange | null {
  const named = span(tokens, at);
  if (!named) return null;
  const words = tokens
    .slice(at, named.to)
    .map(({ raw }) => raw)
    .join(" ");
  return { from: day(named.first), before: day(named.end), words, tokens: [at, named.to] };
}
