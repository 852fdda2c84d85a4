import { dirname } from "node:path";
import { answerOf } from "../engines/child/answer-of.ts";
import { startChild } from "../engines/child/start-child.ts";

const memoryBytes = 1024 * 2 ** 20;
const milliseconds = 300_000;

/**
 * Makes the sample shop as a SQLite file, by our own mock data: 17 tables with some 260,000 rows, the same for the same day. The work
 * is done by a process of its own.
 * @param path a file that is not there yet
 * @param today the last day on which something happens, `2026-01-31`
 */
export async function makeShop(
  path: string,
  today: string,
  signal: AbortSignal,
  progress: (share: number, text: string) => void = () => undefined,
): Promise<{ tables: number; rows: number }> {
  const program = new URL("./make-shop.child.ts", import.meta.url);
  const child = startChild({ program, memoryBytes, nativeCode: false, writable: dirname(path) });
  try {
    return await answerOf(child, { ask: "shop", path, today }, { milliseconds, signal }, progress);
  } finally {
    await child.kill();
  }
}
