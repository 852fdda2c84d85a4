import type { ModelContent } from "../ai/index.ts";
import type { Fetch } from "../outbound/index.ts";
import { unsupported } from "./openai-error.ts";

const largestImageBytes = 20 * 1024 * 1024;
const imageTimeLimitMs = 15_000;

/** A `data:` URL of base64; null for what is none. Looks at its head only, whatever its size. */
function readDataUrl(url: string): { mediaType: string; data: string } | null {
  if (!url.startsWith("data:")) return null;
  const comma = url.indexOf(",");
  const head = comma === -1 || comma > 200 ? "" : url.slice(5, comma);
  if (!head.endsWith(";base64")) return null;
  return { mediaType: head.slice(0, head.indexOf(";")).toLowerCase(), data: url.slice(comma + 1) };
}

/**
 * An image as a model is given it: from a `data:` URL, or fetched from a public address.
 * @param fetch the guarded one, because a stranger names the address
 * @throws Refused that names `param`
 */
export async function readImage(url: string, param: string, fetch: Fetch, signal: AbortSignal): Promise<ModelContent> {
  const inline = readDataUrl(url);
  if (inline) {
    if (!inline.mediaType.startsWith("image/")) throw unsupported(param, "the data: URL is not of an image");
    return { type: "image", ...inline };
  }
  if (!/^https?:\/\//i.test(url)) throw unsupported(param, "must be a data: URL with base64, or an http(s) URL");
  const limit = AbortSignal.any([signal, AbortSignal.timeout(imageTimeLimitMs)]);
  let answer: Response;
  try {
    answer = await fetch(url, { signal: limit });
  } catch (error) {
    signal.throwIfAborted();
    throw unsupported(param, `the image cannot be fetched: ${error instanceof Error ? error.message : String(error)}`);
  }
  const mediaType = answer.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!answer.ok || !mediaType.startsWith("image/")) {
    await answer.body?.cancel();
    throw unsupported(param, `its address answered ${answer.status} with ${mediaType || "nothing"}, not an image`);
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of answer.body ?? []) {
    total += chunk.byteLength;
    if (total > largestImageBytes) throw unsupported(param, "the image is larger than 20 MiB");
    chunks.push(chunk);
  }
  return { type: "image", mediaType, data: Buffer.concat(chunks) };
}

/** @throws Refused that names `param` */
export function readFilePart(
  data: string | undefined,
  filename: string | null | undefined,
  param: string,
): ModelContent {
  const inline = data === undefined ? null : readDataUrl(data);
  if (!inline) throw unsupported(param, "must be a data: URL with base64");
  return { type: "file", ...inline, ...(filename && { filename }) };
}
