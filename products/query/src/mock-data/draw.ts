import type { Distribution } from "@mindmesh/contracts/query/mock-data";
import type { Random } from "./random.ts";

/** Draws a number in [0, 1) that lies as the distribution says. */
export function unitDraw(distribution: Distribution, random: Random): () => number {
  if (distribution.shape === "uniform") return () => random.next();
  if (distribution.shape === "zipf") {
    const rank = rankDraw(1000, distribution.exponent, random);
    // The rank says the thousandth, chance where in it.
    return () => (rank() + random.next()) / 1000;
  }
  const { mean, deviation } = distribution;
  return () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      // Box and Muller: A note on the generation of random normal deviates, 1958.
      const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
      const value = mean + deviation * normal;
      if (value >= 0 && value < 1) return value;
    }
    return mean >= 1 ? 0.999_999 : mean;
  };
}

/** Draws one of `count` things, 0 … count-1. */
export function indexDraw(distribution: Distribution, count: number, random: Random): () => number {
  if (distribution.shape === "zipf") return rankDraw(count, distribution.exponent, random);
  const draw = unitDraw(distribution, random);
  return () => Math.min(count - 1, Math.floor(draw() * count));
}

/** Ranks 0 … count-1 by Zipf's law, by inverting the integral of x^-exponent; exact enough for any rank and O(1). */
function rankDraw(count: number, exponent: number, random: Random): () => number {
  const last = count + 1;
  if (Math.abs(exponent - 1) < 1e-6) return () => Math.min(count - 1, Math.floor(last ** random.next()) - 1);
  const power = 1 - exponent;
  const whole = last ** power - 1;
  return () => Math.min(count - 1, Math.floor((random.next() * whole + 1) ** (1 / power)) - 1);
}

/** Draws an index by weights: a search in their running sums. */
export function weightedDraw(weights: readonly number[], random: Random): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (const weight of weights) sums.push((sum += weight));
  return () => {
    const wanted = random.next() * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
