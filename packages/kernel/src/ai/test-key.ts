import type { keyTestResult } from "@mindmesh/contracts/models";
import type { z } from "zod";
import { type FailureKind, explainFailure } from "./explain-failure.ts";
import { type Endpoint, type ProviderKind, providers } from "./providers/index.ts";

export type KeyTestResult = z.infer<typeof keyTestResult>;

export interface KeyTest {
  result: KeyTestResult;
  /** In plain words, with the provider's reason. */
  message: string;
}

const patienceMs = 10_000;

const results: Partial<Record<FailureKind, KeyTestResult>> = {
  wrong_key: "wrong_key",
  no_permission: "no_permission",
  no_credit: "no_credit",
  unreachable: "unreachable",
  refused_address: "refused_address",
  timeout: "timeout",
  too_many: "too_many",
};

/** Tries a key by asking for the list of models, which costs nothing. Takes 10 s at most, never throws. */
export async function testKey(kind: ProviderKind, label: string, endpoint: Endpoint): Promise<KeyTest> {
  try {
    const { length } = await providers[kind].listModels(endpoint, AbortSignal.timeout(patienceMs));
    const models = length === 1 ? "1 model" : `${length} models`;
    if (endpoint.apiKey === null) return { result: "ok", message: `${label} answers: ${models}.` };
    return { result: "ok", message: `${label} accepts the key: ${models}.` };
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      return { result: "timeout", message: `${label} did not answer within ${patienceMs / 1000} s.` };
    }
    const { kind: failure, message } = explainFailure(error, label, endpoint.apiKey);
    return { result: results[failure] ?? "failed", message };
  }
}
