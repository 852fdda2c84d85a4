import type { Readable } from "node:stream";
import { atMost, type IsolatedOutcome, runIsolated } from "../../isolated/index.ts";

/** `width` and `height` are those of the whole image in pixels as it is shown; `webp` is base64. */
export type Thumbnail = { width: number; height: number; webp: string };

const limits = { milliseconds: 20_000, memoryBytes: 1024 * 2 ** 20, outputBytes: 2 * 2 ** 20 };
const inTurn = atMost(2);

/**
 * A WebP of at most 512 x 512 pixels, upright and without metadata (place, camera), made in a killable process: image
 * decoders are native code. Images of more than 100 megapixels are refused before they are unpacked.
 * @returns the thumbnail, or why there is none
 */
export function makeThumbnail(
  open: () => Promise<Readable>,
  signal?: AbortSignal,
): Promise<Thumbnail | Exclude<IsolatedOutcome, { kind: "finished" }>> {
  return inTurn(async () => {
    signal?.throwIfAborted();
    const program = new URL("./make-thumbnail.child.ts", import.meta.url);
    const outcome = await runIsolated(program, [], await open(), { ...limits, signal }, true);
    return outcome.kind === "finished" ? (JSON.parse(outcome.output.toString()) as Thumbnail) : outcome;
  });
}
