import type { Generator } from "@mindmesh/contracts/query/mock-data";
import type { Random } from "./random.ts";

const day = 86_400_000;
/** How busy each hour is where people work by day: little at night, most before and after noon. */
const hourly = [1, 1, 1, 1, 1, 2, 6, 14, 30, 44, 50, 46, 38, 42, 48, 46, 40, 32, 24, 20, 18, 14, 8, 3];
const busiest = Math.max(...hourly);
/** A weekend day against a weekday. */
const weekend = 0.35;

/** Milliseconds since 1970 of a written moment, taken as UTC. */
export const momentOf = (text: string): number =>
  Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text.replace(" ", "T")}Z`);

/** A moment as databases write it, with blanks in place of the T and no time zone. */
export function momentText(milliseconds: number, unit: "date" | "timestamp" | "time"): string {
  const text = new Date(milliseconds).toISOString();
  return unit === "date"
    ? text.slice(0, 10)
    : unit === "time"
      ? text.slice(11, 19)
      : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

/** Draws moments between two, to the second. */
export function timeDraw(generator: Extract<Generator, { kind: "time" }>, random: Random): () => string {
  const { unit, pattern } = generator;
  const from = momentOf(generator.from);
  const span = Math.max(1, momentOf(generator.to) - from + (generator.to.length === 10 ? day : 0));
  const draw = () => {
    const share = random.next();
    // The square root puts three quarters of all into the second half.
    return from + Math.floor((pattern === "growing" ? Math.sqrt(share) : share) * span);
  };
  return () => {
    if (pattern === "even") return momentText(draw(), unit);
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const moment = draw();
      const date = new Date(moment);
      const isWeekend = date.getUTCDay() % 6 === 0;
      const share =
        ((hourly[date.getUTCHours()] ?? 1) / busiest) * (isWeekend && pattern === "working hours" ? weekend : 1);
      if (random.next() < share) return momentText(moment, unit);
    }
    return momentText(draw(), unit);
  };
}
