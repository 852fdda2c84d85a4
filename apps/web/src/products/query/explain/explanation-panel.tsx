import type { PanelProps } from "../workbench/workbench-panels.tsx";
import { ExplanationView } from "./explanation-view.tsx";

/** The statement that was run, in words and as a plan, beside its rows. */
export function ExplanationPanel({ workspaceId, connection, statement }: PanelProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
    <div className="min-h-0 flex-1 overflow-y-auto p-4 -outline-offset-2" tabIndex={0}>
      <ExplanationView place={{ workspaceId, connectionId: connection.id }} sql={statement.sql} />
    </div>
  );
}
