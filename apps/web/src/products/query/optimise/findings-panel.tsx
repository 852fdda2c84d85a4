import type { PanelProps } from "../workbench/workbench-panels.tsx";
import { FindingsView } from "./findings-view.tsx";

/** What would make the statement that was run quicker, with proof, beside its rows. */
export function FindingsPanel({ workspaceId, connection, statement }: PanelProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
    <div className="min-h-0 flex-1 overflow-y-auto p-4 -outline-offset-2" tabIndex={0}>
      <FindingsView place={{ workspaceId, connectionId: connection.id }} sql={statement.sql} />
    </div>
  );
}
