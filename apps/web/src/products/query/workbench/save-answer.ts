import { dismissToast, toast } from "@mindmesh/ui";
import { bytesWords } from "./run-figures.ts";

interface Saving {
  /** Of its toast: the same file asked for twice shows one. */
  id: string;
  /** While it goes on, when it is done, and when it failed. */
  words: { busy: string; done: string; failed: string };
  /** If the answer gives the file no name. */
  name: string;
  fetch(signal: AbortSignal): Promise<Response>;
}

/** Keeps an answer as a file and says how far it is; the toast can end it. */
export async function saveAnswer({ id, words, name, fetch }: Saving): Promise<void> {
  const stop = new AbortController();
  const say = (bytes: number) =>
    toast(words.busy, {
      id,
      tone: "busy",
      description: bytes === 0 ? "The server makes the file." : `${bytesWords(bytes)} so far`,
      action: { label: "Cancel", onSelect: () => stop.abort() },
    });
  say(0);
  try {
    const response = await fetch(stop.signal);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    let said = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const next = await reader?.read();
      if (!next || next.done) break;
      parts.push(next.value);
      bytes += next.value.length;
      if (bytes - said > 1_000_000) say((said = bytes));
    }
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1];
    const url = URL.createObjectURL(new Blob(parts, { type: response.headers.get("content-type") ?? "" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = named === undefined ? name : decodeURIComponent(named);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    toast(words.done, { id, tone: "success", description: bytesWords(bytes) });
  } catch (error) {
    dismissToast(id);
    if (!stop.signal.aborted) toast(words.failed, { tone: "danger", description: (error as Error).message });
  }
}
