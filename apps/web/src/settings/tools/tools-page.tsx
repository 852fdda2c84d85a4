import { roleMay } from "@mindmesh/contracts/permissions";
import { useRole } from "../use-role.ts";
import { ApprovalsSection } from "./approvals-section.tsx";
import { RulesSection } from "./rules-section.tsx";
import { ToolsSection } from "./tools-section.tsx";
import { WorkspaceCallsSection } from "./workspace-calls-section.tsx";

/** Which tools there are and who may call them, what waits for an admin, and how far answers go by themselves. */
export function ToolsPage({ workspaceId }: { workspaceId: string }) {
  const mayManage = roleMay(useRole(workspaceId), "tools.manage");
  return (
    <>
      {mayManage ? <ApprovalsSection workspaceId={workspaceId} /> : null}
      <RulesSection workspaceId={workspaceId} mayChange={mayManage} />
      <ToolsSection workspaceId={workspaceId} mayChange={mayManage} />
      {mayManage ? <WorkspaceCallsSection workspaceId={workspaceId} /> : null}
    </>
  );
}
