import { randomFillSync } from "node:crypto";
import { v7 as uuidv7 } from "uuid";

const bytesPerId = 16;
/** Random bytes for so many ids are drawn at once: asking the system for each costs more than the rest of an id. */
const pool = new Uint8Array(bytesPerId * 256);
let at = pool.length;

/** A new id (UUID version 7, RFC 9562), for paths where each request makes some; in time's order to the millisecond. */
export function newId(): string {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  const random = pool.subarray(at, at + bytesPerId);
  at += bytesPerId;
  return uuidv7({ random });
}
