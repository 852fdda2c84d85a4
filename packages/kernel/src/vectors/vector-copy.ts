import { setImmediate as nextTurn } from "node:timers/promises";

/** The vectors of one collection in memory, one after the other. */
export interface VectorCopy {
  /** Of the collection when it was read last. */
  version: bigint;
  /** Which making of the collection: one that was cleared counts its versions anew. */
  made: string;
  model: string;
  dimensions: number;
  ids: string[];
  placeOf: Map<string, number>;
  /** Room for more than there are. */
  values: Float32Array;
}

export function emptyCopy({ made, model, dimensions }: Pick<VectorCopy, "made" | "model" | "dimensions">): VectorCopy {
  return {
    version: 0n,
    made,
    model,
    dimensions,
    ids: [],
    placeOf: new Map(),
    values: new Float32Array(dimensions * 64),
  };
}

/** Adds a vector or replaces the one of the same id. */
export function putIntoCopy(copy: VectorCopy, id: string, bytes: Buffer): void {
  const { dimensions } = copy;
  let place = copy.placeOf.get(id);
  if (place === undefined) {
    place = copy.ids.length;
    copy.ids.push(id);
    copy.placeOf.set(id, place);
    if ((place + 1) * dimensions > copy.values.length) {
      const larger = new Float32Array(copy.values.length * 2);
      larger.set(copy.values);
      copy.values = larger;
    }
  }
  // A buffer of the database's driver need not begin where floats may.
  copy.values.set(new Float32Array(Uint8Array.from(bytes).buffer), place * dimensions);
}

/** So many multiplications at once, a few milliseconds; then other work of the process gets its turn. */
const multiplicationsAtOnce = 4_000_000;

/** Four sums side by side, none of which waits for another. */
function product(values: Float32Array, offset: number, vector: Float32Array): number {
  const { length } = vector;
  let [a, b, c, d] = [0, 0, 0, 0];
  let at = 0;
  // Within the arrays by their making; asking each time whether there is a number costs more than the product.
  for (; at + 3 < length; at += 4) {
    const from = offset + at;
    a += (values[from] as number) * (vector[at] as number);
    b += (values[from + 1] as number) * (vector[at + 1] as number);
    c += (values[from + 2] as number) * (vector[at + 2] as number);
    d += (values[from + 3] as number) * (vector[at + 3] as number);
  }
  for (; at < length; at += 1) a += (values[offset + at] as number) * (vector[at] as number);
  return a + b + c + d;
}

/** The `limit` nearest by cosine, nearest first, all of them looked at. `among` leaves others out. */
export async function nearest(
  copy: VectorCopy,
  vector: Float32Array,
  limit: number,
  among: ((id: string) => boolean) | undefined,
): Promise<{ id: string; score: number }[]> {
  const { dimensions, values, ids } = copy;
  // Vectors that come while this waits for its turn are not looked at.
  const count = ids.length;
  const atOnce = Math.max(1, Math.floor(multiplicationsAtOnce / dimensions));
  const best: { id: string; score: number }[] = [];
  for (let from = 0; from < count; from += atOnce) {
    if (from > 0) await nextTurn();
    const to = Math.min(count, from + atOnce);
    for (let place = from; place < to; place += 1) {
      const score = product(values, place * dimensions, vector);
      const last = best.at(-1);
      if (best.length === limit && last !== undefined && score <= last.score) continue;
      const id = ids[place] ?? "";
      if (among && !among(id)) continue;
      const after = best.findIndex((each) => each.score < score);
      best.splice(after === -1 ? best.length : after, 0, { id, score });
      if (best.length > limit) best.pop();
    }
  }
  return best;
}
