import type { Connection } from "@mindmesh/contracts/query/connections";
import type { SchemaOutline } from "@mindmesh/contracts/query/schema";
import { Callout } from "@mindmesh/ui";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { Section } from "../../../settings/parts/section.tsx";
import { BackToTables } from "./back-to-tables.tsx";
import { InferredKeys } from "./inferred-keys.tsx";
import { SchemaAge } from "./reading-status.tsx";
import { SchemaChanges } from "./schema-changes.tsx";

type SchemaOverviewProps = { workspaceId: string; connection: Connection; outline: SchemaOutline; mayDecide: boolean };

const number = new Intl.NumberFormat("en");
const mostShownKeys = 50;

/** What a schema holds in figures, what changed, and which keys wait for a decision. */
export function SchemaOverview({ workspaceId, connection, outline, mayDecide }: SchemaOverviewProps) {
  const { tables, functions, inferredKeys, gaps, serverVersion } = outline;
  const isView = (kind: string) => kind === "view" || kind === "materialized view";
  const figures = [
    { label: "Tables", value: tables.filter(({ kind }) => !isView(kind)).length },
    { label: "Views", value: tables.filter(({ kind }) => isView(kind)).length },
    { label: "Columns", value: tables.reduce((sum, { columns }) => sum + columns.length, 0) },
    { label: "Foreign keys", value: tables.reduce((sum, { foreignKeys }) => sum + foreignKeys.length, 0) },
    { label: "Functions", value: functions.length },
  ];
  const open = inferredKeys.filter(({ decision }) => decision === "open");
  const decided = inferredKeys.filter(({ decision }) => decision === "confirmed");
  return (
    <div className="mx-auto max-w-3xl px-6 pb-8 phone:px-4">
      <BackToTables />
      <div className="flex flex-wrap items-center justify-between gap-3 py-5 phone:pt-1">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold text-ink">Schema</h2>
          <p className="truncate text-xs text-muted">{serverVersion}</p>
        </div>
        <SchemaAge workspaceId={workspaceId} connection={connection} mayRefresh={mayDecide} />
      </div>
      <dl className="grid grid-cols-5 gap-px overflow-hidden rounded-lg border border-line bg-line phone:grid-cols-2">
        {figures.map(({ label, value }) => (
          <div key={label} className="flex flex-col bg-canvas px-4 py-3">
            <dt className="text-xs text-muted">{label}</dt>
            <dd className="text-xl font-semibold tabular-nums text-ink">{number.format(value)}</dd>
          </div>
        ))}
        {figures.length % 2 === 1 ? <div className="hidden bg-canvas phone:block" /> : null}
      </dl>
      {gaps.length > 0 ? (
        <Callout
          tone="warning"
          icon={<TriangleAlert aria-hidden="true" />}
          title="Not everything could be read"
          className="mt-4"
        >
          <ul className="list-disc pl-4">
            {gaps.map((gap) => (
              <li key={gap}>{gap}</li>
            ))}
          </ul>
        </Callout>
      ) : null}
      {open.length > 0 ? (
        <Section
          title="Keys that nobody declared"
          description="Columns that look like references to other tables, with what speaks for it. Confirmed ones count as keys in diagrams and questions."
        >
          <InferredKeys
            workspaceId={workspaceId}
            connectionId={connection.id}
            keys={open.slice(0, mostShownKeys)}
            mayDecide={mayDecide}
          />
          {open.length > mostShownKeys ? (
            <p className="pt-3 text-xs text-muted">
              {number.format(open.length - mostShownKeys)} more, less likely ones, stand at their tables.
            </p>
          ) : null}
        </Section>
      ) : null}
      {decided.length > 0 ? (
        <Section title="Confirmed keys">
          <InferredKeys
            workspaceId={workspaceId}
            connectionId={connection.id}
            keys={decided.slice(0, mostShownKeys)}
            mayDecide={mayDecide}
          />
        </Section>
      ) : null}
      <SchemaChanges workspaceId={workspaceId} connectionId={connection.id} />
    </div>
  );
}
