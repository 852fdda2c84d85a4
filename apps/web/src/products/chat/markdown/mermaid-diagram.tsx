import type { ReactNode } from "react";

/** Placeholder until diagrams are drawn. */
export function MermaidDiagram({ fallback }: { source: string; fallback: ReactNode }) {
  return fallback;
}
