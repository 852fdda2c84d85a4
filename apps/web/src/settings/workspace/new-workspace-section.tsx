import { Button } from "@mindmesh/ui";
import { openNewWorkspace } from "../../workspace/new-workspace.ts";
import { Section } from "../parts/section.tsx";

/** Another workspace, with its own people, keys and content. */
export function NewWorkspaceSection() {
  return (
    <Section
      title="Another workspace"
      description="With its own people, keys and content."
      action={<Button onClick={openNewWorkspace}>New workspace</Button>}
    />
  );
}
