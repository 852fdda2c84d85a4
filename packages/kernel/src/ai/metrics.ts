import { Counter, Histogram, type Registry } from "prom-client";
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
  const registers = [registry];
  const calls = new Counter({
    name: "mindmesh_model_calls_total",
    help: "Model calls by how they ended",
    labelNames: ["provider", "model", "status", "key_source"],
    registers,
  });
  const tokens = new Counter({
    name: "mindmesh_model_tokens_total",
    help: "Tokens as reported by providers",
    labelNames: ["provider", "model", "direction"],
    registers,
  });
  const cost = new Counter({
    name: "mindmesh_model_cost_dollars_total",
    help: "Known cost of model calls in US dollars",
    labelNames: ["provider", "model"],
    registers,
  });
  const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];
  const firstPart = new Histogram({
    name: "mindmesh_model_first_part_seconds",
    help: "From the request to the first part of the answer",
    labelNames: ["provider", "model"],
    buckets,
    registers,
  });
  const duration = new Histogram({
    name: "mindmesh_model_duration_seconds",
    help: "From the request to the end of the answer",
    labelNames: ["provider", "model"],
    buckets,
    registers,
  });
  const providerLabel = boundedLabel();
  const modelLabel = boundedLabel();
  return {
    observe(call, outcome) {
      const labels = { provider: providerLabel(call.provider), model: modelLabel(call.model) };
      calls.inc({ ...labels, status: outcome.status, key_source: call.keySource });
      duration.observe(labels, outcome.durationMs / 1000);
      if (outcome.firstPartMs !== null) firstPart.observe(labels, outcome.firstPartMs / 1000);
      if (outcome.usage?.inputTokens) tokens.inc({ ...labels, direction: "input" }, outcome.usage.inputTokens);
      if (outcome.usage?.outputTokens) tokens.inc({ ...labels, direction: "output" }, outcome.usage.outputTokens);
      if (outcome.costUsd !== null) cost.inc(labels, outcome.costUsd);
    },
  };
}
