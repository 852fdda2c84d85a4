import { roleMay } from "@mindmesh/contracts/permissions";
import { useRole } from "../use-role.ts";
import { BudgetsSection } from "./budgets-section.tsx";
import { PricesSection } from "./prices-section.tsx";

/** How much may be spent, and the prices by which it is counted. */
export function BudgetsPage({ workspaceId }: { workspaceId: string }) {
  const mayChange = roleMay(useRole(workspaceId), "workspace.configure");
  return (
    <>
      <BudgetsSection workspaceId={workspaceId} mayChange={mayChange} />
      <PricesSection workspaceId={workspaceId} mayChange={mayChange} />
    </>
  );
}
