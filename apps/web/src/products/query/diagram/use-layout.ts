import type { Diagram } from "@mindmesh/contracts/query/diagram";
import { useEffect, useMemo, useState } from "react";
import type { DiagramLayout } from "./layout.ts";
import { boxOf, type ColumnMode, type Selection } from "./model.ts";

export interface LaidOut {
  /** What was laid out; while something else is asked for, the last one stays. */
  selection: Selection;
  mode: ColumnMode;
  layout: DiagramLayout;
}

/** Lays a selection of tables out in a worker. Null until the first one is done. */
export function useLayout(
  diagram: Diagram,
  selection: Selection,
  mode: ColumnMode,
): { laidOut: LaidOut | null; busy: boolean } {
  const [laidOut, setLaidOut] = useState<LaidOut | null>(null);
  const asked = useMemo(() => {
    const places = new Map(selection.tables.map((table, index) => [table, index]));
    return {
      boxes: selection.tables.flatMap((index) => {
        const table = diagram.tables[index];
        return table ? [boxOf(table, mode)] : [];
      }),
      relations: selection.relations.flatMap(({ from, to }) => {
        const a = places.get(from);
        const b = places.get(to);
        return a === undefined || b === undefined ? [] : [[a, b] as const];
      }),
    };
  }, [diagram, selection, mode]);
  // The worker is outside of React: a new question ends the one that is being answered.
  useEffect(() => {
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<DiagramLayout>) => {
      setLaidOut({ selection, mode, layout: data });
      worker.terminate();
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    worker.postMessage(asked);
    return () => worker.terminate();
  }, [asked, selection, mode]);
  return { laidOut, busy: laidOut?.selection !== selection || laidOut.mode !== mode };
}
