import type { Routing } from "@mindmesh/contracts/routing";
import { Badge } from "@mindmesh/ui";

type Chain = Routing["resolved"][number];

const payers = { person: "your key", workspace: "workspace’s key", server: "server’s key", local: "local" };

/** Models in the order in which they are tried, with whose key would pay. */
export function ModelChain({ label, models }: { label: string; models: Chain }) {
  if (models.length === 0) return <p className="text-sm text-muted">No model can be called.</p>;
  return (
    <ol aria-label={label} className="flex flex-col gap-1">
      {models.map(({ model, via }, index) => (
        <li key={model} className="flex items-baseline gap-2 text-sm">
          <span className="w-4 shrink-0 text-right text-xs text-faint tabular-nums">{index + 1}</span>
          <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <span className="min-w-0 text-ink [overflow-wrap:anywhere]">{model}</span>
            {via === null ? (
              <Badge tone="warning">no key, passed over</Badge>
            ) : (
              <span className="text-xs text-muted">{payers[via]}</span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
