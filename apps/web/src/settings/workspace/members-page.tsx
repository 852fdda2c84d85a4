import { roleMay } from "@mindmesh/contracts/permissions";
import { useRole } from "../use-role.ts";
import { InvitationsSection } from "./invitations-section.tsx";
import { MembersSection } from "./members-section.tsx";

export function MembersPage({ workspaceId }: { workspaceId: string }) {
  const role = useRole(workspaceId);
  return (
    <>
      {roleMay(role, "members.manage") ? <InvitationsSection workspaceId={workspaceId} role={role} /> : null}
      <MembersSection workspaceId={workspaceId} role={role} />
    </>
  );
}
