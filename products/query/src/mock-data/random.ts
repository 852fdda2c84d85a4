/** A stream of random numbers that is the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(limit: number): number;
}

/**
 * The stream of one column: by the seed and the names, so that a change to one column or table leaves the others as they were.
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded by xmur3-like mixing of the names (Bob Jenkins' one-at-a-time).
 */
export function randomOf(seed: number, ...names: string[]): Random {
  let hash = seed ^ 0x9e3779b9;
  for (const sign of names.join("\0")) {
    hash = Math.imul(hash ^ sign.codePointAt(0)!, 0x85ebca6b);
    hash = (hash << 13) | (hash >>> 19);
  }
  const mix = () => {
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^= hash >>> 16) >>> 0;
  };
  let a = mix();
  let b = mix();
  let c = mix();
  let d = 1;
  const draw = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warm = 0; warm < 12; warm += 1) draw();
  // 53 bits, so that ranges beyond 2^32 have no gaps.
  const next = () => ((draw() >>> 5) * 67_108_864 + (draw() >>> 6)) / 9_007_199_254_740_992;
  return {
    next,
    below: (limit) => (limit <= 0xffff ? Math.floor((draw() / 4_294_967_296) * limit) : Math.floor(next() * limit)),
  };
}

/**
 * A permutation of 0 … count-1 without a table: a step that shares no factor with the count visits each once. Good enough to spread
 * values, not to hide them.
 */
export function permutation(count: number, random: Random): (index: number) => number {
  if (count <= 1) return () => 0;
  const offset = random.below(count);
  let step = Math.max(1, Math.floor(count * (0.3 + random.next() * 0.4)));
  while (commonDivisor(step, count) !== 1) step += 1;
  // Products beyond 2^53 would round.
  if (count < 94_906_265) return (index) => ((index % count) * step + offset) % count;
  const [largeStep, largeOffset, all] = [BigInt(step), BigInt(offset), BigInt(count)];
  return (index) => Number((BigInt(index % count) * largeStep + largeOffset) % all);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
