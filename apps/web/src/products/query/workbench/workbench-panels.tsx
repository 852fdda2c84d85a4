import type { Connection } from "@mindmesh/contracts/query/connections";
import type { Statement } from "@mindmesh/contracts/query/statements";
import { lazy, type ComponentType } from "react";
import type { ResultSource } from "./results/result-source.ts";

export interface PanelProps {
  workspaceId: string;
  connection: Connection;
  /** As it ended, or as it runs. */
  statement: Statement;
  /** Its rows; null where it has none. */
  source: ResultSource | null;
}

/** Another way to look at a statement and its result, beside its rows. */
export interface WorkbenchPanel {
  /** Unique here. */
  id: string;
  title: string;
  /** Only for statements that it has something to say about; for all unless given. */
  suits?: (statement: Statement) => boolean;
  /** Fills the room below the result's tabs. Fetched when it is first opened: give a lazy component. */
  Content: ComponentType<PanelProps>;
}

/** In the order in which they stand after the rows. A panel joins by one line here. */
export const workbenchPanels: readonly WorkbenchPanel[] = [
  {
    id: "chart",
    title: "Chart",
    suits: ({ state, rows, resultUntil }) => state === "done" && rows > 0 && resultUntil !== null,
    Content: lazy(() => import("../charts/chart-panel.tsx").then((module) => ({ default: module.ChartPanel }))),
  },
  {
    id: "plan",
    title: "Plan",
    suits: ({ access }) => access === "read",
    Content: lazy(() =>
      import("../explain/explanation-panel.tsx").then((module) => ({ default: module.ExplanationPanel })),
    ),
  },
  {
    id: "advice",
    title: "Advice",
    suits: ({ access }) => access === "read",
    Content: lazy(() => import("../optimise/findings-panel.tsx").then((module) => ({ default: module.FindingsPanel }))),
  },
];
