import type { AvailableModel } from "../model-list.ts";
import type { modelPrices } from "../schema.ts";

export type SetPrice = typeof modelPrices.$inferSelect;

/** Whether a text fits a pattern in which `*` stands for any characters. Linear in both, whatever the pattern. */
export function fits(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/**
 * The price that was set for `provider/model` on a day (UTC, `YYYY-MM-DD`): of those that fit and have begun, the one
 * with the most letters of its own, then the latest. Null when none was set.
 */
export function setPriceFor(prices: SetPrice[], model: string, day: string): SetPrice | null {
  const letters = (price: SetPrice) => price.pattern.replaceAll("*", "").length;
  const [best] = prices
    .filter((price) => price.from <= day && fits(price.pattern, model))
    .toSorted((a, b) => letters(b) - letters(a) || (a.from < b.from ? 1 : -1));
  return best ?? null;
}

/** Today in UTC. */
export const today = () => new Date().toISOString().slice(0, 10);

/** A model of the list with the price that was set for it, if one was. */
export function withSetPrice(model: AvailableModel, prices: SetPrice[]): AvailableModel {
  const set = prices.length === 0 ? null : setPriceFor(prices, model.id, today());
  if (set === null) return model;
  const { inputPerMillion, cachedInputPerMillion, outputPerMillion } = set;
  return { ...model, price: { inputPerMillion, cachedInputPerMillion, outputPerMillion } };
}
