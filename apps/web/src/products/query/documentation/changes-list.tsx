import type { DocumentationChange } from "@mindmesh/contracts/query/documentation";
import { Badge, EmptyState, Select } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import History from "lucide-react/icons/history";
import { useState } from "react";
import { Loaded } from "../../../settings/parts/loaded.tsx";
import { changesQuery, versionsQuery } from "./queries.ts";

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const tones = { added: "success", removed: "danger", changed: "warning" } as const;

type ChangesListProps = { workspaceId: string; connectionId: string; mayKeep: boolean };

/** What is different since a version that somebody kept. */
export function ChangesList({ workspaceId, connectionId, mayKeep }: ChangesListProps) {
  const [chosen, choose] = useState<number | null>(null);
  const versions = useQuery(versionsQuery(workspaceId, connectionId));
  return (
    <Loaded query={versions}>
      {(items) => {
        const [newest] = items;
        if (!newest) {
          return (
            <EmptyState
              icon={<History aria-hidden="true" />}
              title="No version kept yet"
              description={
                mayKeep
                  ? "Keep a version now, and what changes from here on is shown in this place."
                  : "A developer or admin can keep one; what changes after that is shown here."
              }
            />
          );
        }
        const from = chosen ?? newest.version;
        return (
          <>
            <Select
              aria-label="Since which version"
              value={String(from)}
              options={items.map(({ version, takenAt, note }) => ({
                value: String(version),
                label: `Since version ${version}, ${day.format(new Date(takenAt))}${note === "" ? "" : `: ${note}`}`,
              }))}
              onValueChange={(value) => choose(Number(value))}
            />
            <Changes workspaceId={workspaceId} connectionId={connectionId} from={from} />
          </>
        );
      }}
    </Loaded>
  );
}

function Changes({ workspaceId, connectionId, from }: { workspaceId: string; connectionId: string; from: number }) {
  const changes = useQuery(changesQuery(workspaceId, connectionId, from));
  return (
    <Loaded query={changes}>
      {(items) =>
        items.length === 0 ? (
          <p className="py-10 text-center text-sm text-muted">Nothing has changed since then.</p>
        ) : (
          <ul className="mt-4 divide-y divide-line rounded-md border border-line">
            {items.map((change) => (
              <Change key={`${change.what}.${change.schema}.${change.table}.${change.name}`} change={change} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Change({ change: { kind, what, schema, table, name, before, after } }: { change: DocumentationChange }) {
  return (
    <li className="px-4 py-3 text-sm">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={tones[kind]}>{kind}</Badge>
        <span className="font-medium text-ink">
          {what} {[schema, table, name].filter((part) => part !== "").join(".")}
        </span>
      </p>
      {before === null ? null : <p className="mt-1 break-words text-muted line-through">{before}</p>}
      {after === null ? null : <p className="mt-1 break-words text-ink">{after}</p>}
    </li>
  );
}
