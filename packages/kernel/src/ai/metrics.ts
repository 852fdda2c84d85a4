import type { Registry } from "prom-client";
import { makeSpread, makeTally } from "../observe/index.ts";
import type { CallOutcome, CallStart } from "./model-calls.ts";

export interface ModelMetrics {
  observe(call: CallStart, outcome: CallOutcome): void;
}

/** Names come from people; a label may not grow without bound. */
const mostLabels = 200;

function boundedLabel(): (name: string) => string {
  const seen = new Set<string>();
  return (name) => {
    if (seen.size < mostLabels) seen.add(name);
    return seen.has(name) ? name : "other";
  };
}

/** Counters and histograms of model calls in a registry of prom-client. */
export function modelMetrics(registry: Registry): ModelMetrics {
  const calls = makeTally({
    name: "mindmesh_model_calls_total",
    help: "Model calls by how they ended",
    labelNames: ["provider", "model", "status", "key_source"],
    registry,
  });
  const tokens = makeTally({
    name: "mindmesh_model_tokens_total",
    help: "Tokens as reported by providers",
    labelNames: ["provider", "model", "direction"],
    registry,
  });
  const cost = makeTally({
    name: "mindmesh_model_cost_dollars_total",
    help: "Known cost of model calls in US dollars",
    labelNames: ["provider", "model"],
    registry,
  });
  const bounds = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];
  const firstPart = makeSpread(
    {
      name: "mindmesh_model_first_part_seconds",
      help: "From the request to the first part of the answer",
      labelNames: ["provider", "model"],
      registry,
    },
    bounds,
  );
  const duration = makeSpread(
    {
      name: "mindmesh_model_duration_seconds",
      help: "From the request to the end of the answer",
      labelNames: ["provider", "model"],
      registry,
    },
    bounds,
  );
  const providerLabel = boundedLabel();
  const modelLabel = boundedLabel();

  function placesOf(provider: string, model: string) {
    const labels = { provider, model };
    return {
      labels,
      duration: duration.of(labels),
      firstPart: firstPart.of(labels),
      input: tokens.of({ ...labels, direction: "input" }),
      output: tokens.of({ ...labels, direction: "output" }),
      cost: cost.of(labels),
      /** By how they ended and whose key paid. */
      calls: new Map<string, { add(): void }>(),
    };
  }
  const known = new Map<string, ReturnType<typeof placesOf>>();

  return {
    observe(call, outcome) {
      const provider = providerLabel(call.provider);
      const model = modelLabel(call.model);
      const name = `${provider}/${model}`;
      let places = known.get(name);
      if (!places) {
        places = placesOf(provider, model);
        known.set(name, places);
      }
      const ended = `${outcome.status} ${call.keySource}`;
      let counted = places.calls.get(ended);
      if (!counted) {
        counted = calls.of({ ...places.labels, status: outcome.status, key_source: call.keySource });
        places.calls.set(ended, counted);
      }
      counted.add();
      places.duration.observe(outcome.durationMs / 1000);
      if (outcome.firstPartMs !== null) places.firstPart.observe(outcome.firstPartMs / 1000);
      if (outcome.usage?.inputTokens) places.input.add(outcome.usage.inputTokens);
      if (outcome.usage?.outputTokens) places.output.add(outcome.usage.outputTokens);
      if (outcome.costUsd !== null) places.cost.add(outcome.costUsd);
    },
  };
}
