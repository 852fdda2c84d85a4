import { Button } from "@mindmesh/ui";
import { useState } from "react";
import { later } from "../../shell/later.tsx";
import { Section } from "../parts/section.tsx";

const DeleteWorkspaceDialog = later(() =>
  import("./delete-workspace-dialog.tsx").then((part) => part.DeleteWorkspaceDialog),
);

/** The end of a workspace, after its name has been typed. */
export function DeleteWorkspaceSection({ id, name }: { id: string; name: string }) {
  const [asking, setAsking] = useState(false);
  return (
    <Section
      title="Delete this workspace"
      description="With every conversation, file and key in it, for everybody, for ever."
      action={
        <Button variant="danger" onClick={() => setAsking(true)}>
          Delete
        </Button>
      }
    >
      {asking ? <DeleteWorkspaceDialog workspaceId={id} name={name} onClose={() => setAsking(false)} /> : null}
    </Section>
  );
}
