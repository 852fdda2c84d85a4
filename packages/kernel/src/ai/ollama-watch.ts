import type { Outbound } from "../outbound/index.ts";
import { type Connection, type ModelSettings, baseUrlsOf } from "./connection.ts";
import { type ListedModel, providers } from "./providers/index.ts";

const probeEveryMs = 20_000;
const probeTimeoutMs = 2_000;

/** Looks in the background whether an Ollama runs; nobody ever waits for it. */
export interface OllamaWatch {
  /** Null while none answers. */
  connection(): Connection | null;
  /** What it had when it was last asked. */
  models(): ListedModel[];
  /** Looks now. */
  probe(): Promise<void>;
  stop(): void;
}

/** Starts to look for Ollama at OLLAMA_BASE_URL, or at its usual place on this machine. */
export function watchOllama(settings: ModelSettings, outbound: Outbound): OllamaWatch {
  const { ollama } = providers;
  const baseUrl = baseUrlsOf(settings).ollama ?? "";
  const fetch = outbound.trustedFetch;
  const here: Connection = {
    provider: "ollama",
    kind: "ollama",
    label: ollama.label,
    source: "local",
    baseUrl,
    fetch,
    readKey: () => null,
  };
  let found: ListedModel[] | null = null;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  async function probe(): Promise<void> {
    try {
      found = await ollama.listModels({ baseUrl, apiKey: null, fetch }, AbortSignal.timeout(probeTimeoutMs));
    } catch {
      // Not running, or something else at its place: both mean that there is no Ollama now.
      found = null;
    }
  }
  async function probeAndPlan(): Promise<void> {
    await probe();
    if (!isStopped) timer = setTimeout(() => void probeAndPlan(), probeEveryMs).unref();
  }
  void probeAndPlan();
  return {
    connection: () => (found === null ? null : here),
    models: () => found ?? [],
    probe,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
