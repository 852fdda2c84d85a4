import { openOutbound } from "../outbound/index.ts";
import { type ModelSettings, baseUrlsOf, serverConnections } from "./connection.ts";
import { type KeyTestResult, testKey } from "./test-key.ts";

export interface ServerModelCheck {
  label: string;
  source: "server" | "local";
  result: KeyTestResult;
  message: string;
}

/** Asks every provider that the environment names, and Ollama at its place, whether it answers. Costs nothing. */
export async function checkServerModels(settings: ModelSettings): Promise<ServerModelCheck[]> {
  const outbound = openOutbound();
  const ollamaUrl = baseUrlsOf(settings).ollama;
  const asked = serverConnections(settings, outbound).map(async (connection): Promise<ServerModelCheck> => {
    const { kind, label, baseUrl, fetch, readKey } = connection;
    return { label, source: "server", ...(await testKey(kind, label, { baseUrl, fetch, apiKey: readKey() })) };
  });
  const askOllama = async (baseUrl: string): Promise<ServerModelCheck> => {
    const endpoint = { baseUrl, fetch: outbound.trustedFetch, apiKey: null };
    return { label: "Ollama", source: "local", ...(await testKey("ollama", "Ollama", endpoint)) };
  };
  if (ollamaUrl !== null) asked.push(askOllama(ollamaUrl));
  return Promise.all(asked).finally(() => outbound.close());
}
