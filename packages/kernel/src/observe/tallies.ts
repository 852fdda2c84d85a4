import { Counter, type Histogram, type Registry } from "prom-client";

/** A counter by labels whose counting costs an addition; prom-client's own costs some microseconds, several times a call. */
export interface Tally<Label extends string> {
  /** The place where one combination of labels is counted. Keep it: finding it is what costs. */
  of(labels: Record<Label, string>): { add(amount?: number): void };
}

/** Values in buckets, counted in the same way. */
export interface Spread<Label extends string> {
  of(labels: Record<Label, string>): { observe(value: number): void };
}

interface Described<Label extends string> {
  name: string;
  help: string;
  labelNames: Label[];
  registry: Registry;
}

const keyOf = (labelNames: string[], labels: Record<string, string>) =>
  labelNames.map((name) => labels[name]).join("\n");

/** A counter of prom-client that is told of what was counted when somebody reads it. */
export function makeTally<Label extends string>({ name, help, labelNames, registry }: Described<Label>): Tally<Label> {
  const places = new Map<string, { labels: Record<Label, string>; gathered: number; add(amount?: number): void }>();
  const counter = new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      for (const place of places.values()) {
        if (place.gathered > 0) counter.inc(place.labels, place.gathered);
        place.gathered = 0;
      }
    },
  });
  return {
    of(labels) {
      const key = keyOf(labelNames, labels);
      let place = places.get(key);
      if (!place) {
        const made = { labels, gathered: 0, add: (amount = 1) => void (made.gathered += amount) };
        place = made;
        places.set(key, place);
      }
      return place;
    },
  };
}

interface Buckets<Label extends string> {
  labels: Record<Label, string>;
  /** How many fell into each bucket and no lower one; the last is what is above all bounds. */
  counts: number[];
  sum: number;
  observe(value: number): void;
}

/**
 * A histogram for a registry of prom-client, as its exposition format wants it (buckets are cumulative).
 * @param bounds upper bounds of the buckets, ascending
 */
export function makeSpread<Label extends string>(
  { name, help, labelNames, registry }: Described<Label>,
  bounds: readonly number[],
): Spread<Label> {
  const places = new Map<string, Buckets<Label>>();

  function makeBuckets(labels: Record<Label, string>): Buckets<Label> {
    const counts = Array.from({ length: bounds.length + 1 }, () => 0);
    const made: Buckets<Label> = {
      labels,
      counts,
      sum: 0,
      observe(value) {
        let at = 0;
        while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1;
        counts[at] = (counts[at] ?? 0) + 1;
        made.sum += value;
      },
    };
    return made;
  }

  function valuesOf({ labels, counts, sum }: Buckets<Label>) {
    let total = 0;
    const buckets = counts.map((count, at) => {
      total += count;
      return { labels: { le: bounds[at] ?? "+Inf", ...labels }, value: total, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: total, metricName: `${name}_count` },
    ];
  }

  const metric = {
    name,
    help,
    type: "histogram",
    aggregator: "sum",
    get: () =>
      Promise.resolve({
        name,
        help,
        type: "histogram",
        aggregator: "sum",
        values: [...places.values()].flatMap(valuesOf),
      }),
    reset: () => places.clear(),
  };
  // The registry asks its metrics for nothing else; its types know only the library's own classes.
  registry.registerMetric(metric as unknown as Histogram);
  return {
    of(labels) {
      const key = keyOf(labelNames, labels);
      let place = places.get(key);
      if (!place) {
        place = makeBuckets(labels);
        places.set(key, place);
      }
      return place;
    },
  };
}
