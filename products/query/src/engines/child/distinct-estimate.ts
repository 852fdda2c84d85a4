/**
 * How many different values a column has, from a sample without its NULLs: the estimator of Haas and Stokes that PostgreSQL's
 * ANALYZE uses, n·d / (n − f1 + f1·n/N) (Haas, Stokes: Estimating the number of classes in a finite population, 1998, "Duj1").
 * @param sample.seen n, values in the sample
 * @param sample.distinct d, different ones among them
 * @param sample.once f1, those that were seen once
 * @param sample.total N, values in the whole table
 */
export function distinctEstimate({
  seen,
  distinct,
  once,
  total,
}: {
  seen: number;
  distinct: number;
  once: number;
  total: number;
}): number | null {
  if (seen === 0) return null;
  if (seen >= total) return distinct;
  const estimate = (seen * distinct) / (seen - once + (once * seen) / total);
  return Math.round(Math.min(Math.max(estimate, distinct), total));
}
