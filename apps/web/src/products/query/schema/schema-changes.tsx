import type { SchemaChange } from "@mindmesh/contracts/query/ingestion";
import { Badge, Button, classNames } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "../../../settings/parts/loaded.tsx";
import { Moment } from "../../../settings/parts/moment.tsx";
import { Section } from "../../../settings/parts/section.tsx";
import { readingsQuery } from "../queries.ts";
import { TableLink } from "./table-link.tsx";

const firstShown = 20;

/** What was another in each reading than in the one before. */
export function SchemaChanges({ workspaceId, connectionId }: { workspaceId: string; connectionId: string }) {
  const readings = useQuery(readingsQuery(workspaceId, connectionId));
  return (
    <Section title="Changes" description="What was another than the time before, as far back as readings are kept.">
      <Loaded query={readings}>
        {(items) => {
          const changed = items.filter(({ changes }) => changes.length > 0);
          const compared = items.filter(({ changeCount }) => changeCount !== null).length;
          if (changed.length === 0) {
            return (
              <p className="text-sm text-muted">
                {compared === 0
                  ? "There is nothing to compare with yet."
                  : "Nothing has changed since it was first read."}
              </p>
            );
          }
          return (
            <ol className="flex flex-col gap-6">
              {changed.map(({ id, createdAt, changes, changeCount }) => (
                <li key={id}>
                  <h3 className="mb-1 flex items-baseline gap-2 text-sm font-medium text-ink">
                    <Moment at={createdAt} />
                    <span className="text-xs font-normal text-faint">
                      {changeCount?.toLocaleString("en")} {changeCount === 1 ? "change" : "changes"}
                    </span>
                  </h3>
                  <ChangeList changes={changes} />
                </li>
              ))}
            </ol>
          );
        }}
      </Loaded>
    </Section>
  );
}

const tones = { added: "success", removed: "danger", changed: "accent" } as const;

function ChangeList({ changes }: { changes: readonly SchemaChange[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, firstShown);
  return (
    <>
      <ul className="flex flex-col divide-y divide-line border-y border-line">
        {shown.map((change) => (
          <Change
            key={JSON.stringify([change.what, change.schema, change.table, change.name, change.kind])}
            {...change}
          />
        ))}
      </ul>
      {all || changes.length <= firstShown ? null : (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setAll(true)}>
          Show all {changes.length.toLocaleString("en")}
        </Button>
      )}
    </>
  );
}

function Change({ kind, what, schema, table, name, before, after }: SchemaChange) {
  const isGone = what === "table" && kind === "removed";
  return (
    <li className="flex items-start gap-3 py-2 text-sm">
      <Badge tone={tones[kind]} className="mt-px w-16 shrink-0 justify-center">
        {kind}
      </Badge>
      <div className="min-w-0 flex-1">
        <p className="text-ink [overflow-wrap:anywhere]">
          <span className="text-muted">{what}</span>{" "}
          {table === null ? null : isGone ? (
            <span className="line-through">{table}</span>
          ) : (
            <TableLink table={{ schema, name: table }} />
          )}
          {name === null ? null : (
            <span className="font-medium">
              {table === null ? "" : "."}
              {name}
            </span>
          )}
        </p>
        {kind === "changed" ? (
          <p className="grid gap-x-4 font-mono text-xs sm:grid-cols-2">
            <Words text={before} className="text-muted line-through decoration-line-control" />
            <Words text={after} className="text-ink" />
          </p>
        ) : (
          <Words text={after ?? before} className="font-mono text-xs text-muted" />
        )}
      </div>
    </li>
  );
}

const Words = ({ text, className }: { text: string | null; className: string }) =>
  text === null ? null : (
    <span className={classNames("line-clamp-3 block [overflow-wrap:anywhere]", className)}>{text}</span>
  );
