import type { ToolRisk } from "@mindmesh/contracts/tools";
import { Badge } from "@mindmesh/ui";

/** Says whether a tool only reads, changes things, or waits for approval. */
export function RiskBadge({ risk }: { risk: ToolRisk }) {
  if (risk === "read") return <Badge>Reads</Badge>;
  return risk === "write" ? <Badge tone="accent">Changes</Badge> : <Badge tone="warning">Critical</Badge>;
}
