import type { AvailableModel } from "@mindmesh/contracts/models";

/** A context window as people say it: "128k", "1M"; null when unknown. */
export function contextInWords(tokens: number | null) {
  if (tokens === null) return null;
  if (tokens >= 1_000_000) return `${Number((tokens / 1_000_000).toFixed(1))}M`;
  return `${Math.round(tokens / 1000)}k`;
}

const amount = (dollars: number) => `$${dollars < 1 ? Number(dollars.toFixed(3)) : Number(dollars.toFixed(2))}`;

/** US dollars per million tokens, read and written: "$1.25 / $10". */
export function priceInWords({ price, via }: Pick<AvailableModel, "price" | "via">) {
  if (via === "local") return "on this server";
  if (price === null) return "price unknown";
  return `${amount(price.inputPerMillion)} / ${amount(price.outputPerMillion)}`;
}
