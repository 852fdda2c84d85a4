import { setTimeout as wait } from "node:timers/promises";
import { toAppError } from "@mindmesh/kernel/http";

/**
 * Stores again and again, at most every half minute, while the database has no room or cannot be reached.
 * @param signal ends the waiting: the next failure is the last
 * @param onFailure hears of each failure that is waited out
 * @throws what `store` throws for any other reason, and its last failure
 */
export async function untilStored(
  store: () => Promise<void>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  for (let pause = 1000; ; pause = Math.min(pause * 2, 30_000)) {
    try {
      return await store();
    } catch (error) {
      const { code } = toAppError(error);
      if (signal.aborted || (code !== "storage_full" && code !== "unavailable")) throw error;
      onFailure(error);
    }
    await wait(pause, undefined, { signal }).catch(() => undefined);
  }
}
