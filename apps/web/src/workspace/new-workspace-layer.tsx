import { useLoaded } from "@mindmesh/ui";
import { closeNewWorkspace, useNewWorkspace } from "./new-workspace.ts";

const loadDialog = () => import("./new-workspace-dialog.tsx");

/** Draws the window for a new workspace while it is open. */
export function NewWorkspaceLayer() {
  const open = useNewWorkspace((state) => state.open);
  const dialog = useLoaded(loadDialog, open);
  return dialog && open ? <dialog.NewWorkspaceDialog onClose={closeNewWorkspace} /> : null;
}
