import type { Connection } from "@mindmesh/contracts/query/connections";
import type { TableDetail } from "@mindmesh/contracts/query/schema";
import { Badge, Callout, CopyButton, Table } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import type { ReactNode } from "react";
import { bytesInWords } from "../../../files/bytes.ts";
import { ListSkeleton, Loaded } from "../../../settings/parts/loaded.tsx";
import { Moment } from "../../../settings/parts/moment.tsx";
import { Section } from "../../../settings/parts/section.tsx";
import { tableQuery } from "../queries.ts";
import { BackToTables } from "./back-to-tables.tsx";
import { ColumnsTable } from "./columns-table.tsx";
import { InferredKeys } from "./inferred-keys.tsx";
import { TableLink } from "./table-link.tsx";
import { TableSign } from "./table-list.tsx";

type TableDetailsProps = {
  workspaceId: string;
  connection: Connection;
  place: { schema: string; name: string };
  mayDecide: boolean;
};

/** Everything that is known of one table or view. */
export function TableDetails({ workspaceId, connection, place, mayDecide }: TableDetailsProps) {
  const query = useQuery(tableQuery(workspaceId, connection.id, place));
  return (
    <div className="mx-auto max-w-4xl px-6 pb-8 phone:px-4">
      <BackToTables />
      <Loaded query={query} skeleton={<ListSkeleton rows={8} className="py-6" />}>
        {(detail) => (
          <>
            <Heading detail={detail} />
            <ColumnsTable table={detail.table} />
            <Keys detail={detail} workspaceId={workspaceId} connectionId={connection.id} mayDecide={mayDecide} />
            <Indexes detail={detail} />
            <Rules detail={detail} />
            <Definition detail={detail} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Heading({ detail }: { detail: TableDetail }) {
  const { table } = detail;
  const { schema, name, kind, comment, rowEstimate, bytes, analyzedAt, gap } = table;
  return (
    <div className="pb-4 pt-5 phone:pt-1">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <TableSign kind={kind} />
        <h2 className="min-w-0 text-lg font-semibold text-ink [overflow-wrap:anywhere]">
          {schema === "" ? null : <span className="font-normal text-faint">{schema}.</span>}
          {name}
        </h2>
        {kind === "table" ? null : <Badge>{kind}</Badge>}
        <CopyButton text={schema === "" ? name : `${schema}.${name}`} label="Copy the name" />
      </div>
      {comment ? <p className="mt-1 text-sm text-muted">{comment}</p> : null}
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-faint">
        {rowEstimate === null ? null : <span>about {Math.round(rowEstimate).toLocaleString("en")} rows</span>}
        {bytes === null ? null : <span>{bytesInWords(bytes)}</span>}
        {analyzedAt === null ? null : (
          <span>
            statistics of <Moment at={analyzedAt} />
          </span>
        )}
      </p>
      {gap ? (
        <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />} className="mt-3">
          {gap}
        </Callout>
      ) : null}
    </div>
  );
}

type KeysProps = { detail: TableDetail; workspaceId: string; connectionId: string; mayDecide: boolean };

function Keys({ detail, workspaceId, connectionId, mayDecide }: KeysProps) {
  const { table, referencedBy, inferredKeys } = detail;
  if (table.foreignKeys.length + referencedBy.length + inferredKeys.length === 0) return null;
  return (
    <Section title="Relations">
      <div className="flex flex-col gap-5">
        {table.foreignKeys.length > 0 ? (
          <Group title="Refers to">
            {table.foreignKeys.map(({ name, columns, to, toColumns, onDelete, onUpdate }) => (
              <KeyRow
                key={name ?? columns.join()}
                rules={[onDelete && `on delete ${onDelete}`, onUpdate && `on update ${onUpdate}`]}
              >
                <span className="font-medium">{columns.join(", ")}</span> → <TableLink table={to} />.
                <span className="font-medium">{toColumns.join(", ")}</span>
              </KeyRow>
            ))}
          </Group>
        ) : null}
        {referencedBy.length > 0 ? (
          <Group title="Referred to by">
            {referencedBy.map(({ from, key }) => (
              <KeyRow key={`${from.schema}.${from.name}.${key.name ?? key.columns.join()}`} rules={[]}>
                <TableLink table={from} />.<span className="font-medium">{key.columns.join(", ")}</span> →{" "}
                <span className="font-medium">{key.toColumns.join(", ")}</span>
              </KeyRow>
            ))}
          </Group>
        ) : null}
        {inferredKeys.length > 0 ? (
          <div>
            <h3 className="mb-1 text-xs font-medium text-faint">Not declared, but likely</h3>
            <InferredKeys
              workspaceId={workspaceId}
              connectionId={connectionId}
              keys={inferredKeys}
              mayDecide={mayDecide}
            />
          </div>
        ) : null}
      </div>
    </Section>
  );
}

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <div>
    <h3 className="mb-1 text-xs font-medium text-faint">{title}</h3>
    <ul className="flex flex-col divide-y divide-line border-y border-line">{children}</ul>
  </div>
);

function KeyRow({ rules, children }: { rules: readonly (string | null)[]; children: ReactNode }) {
  const said = rules.filter((rule) => rule !== null && rule !== "" && !/no action/i.test(rule)).join(", ");
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 py-2 text-sm text-ink">
      <span className="[overflow-wrap:anywhere]">{children}</span>
      {said ? <span className="text-xs lowercase text-faint">{said}</span> : null}
    </li>
  );
}

function Indexes({ detail }: { detail: TableDetail }) {
  const { indexes } = detail.table;
  if (indexes.length === 0) return null;
  return (
    <Section title="Indexes">
      <Table label="Indexes of the table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Columns</th>
            <th>Kind</th>
            <th data-numeric>Size</th>
            <th data-numeric>Used</th>
          </tr>
        </thead>
        <tbody>
          {indexes.map((index) => (
            <tr key={index.name}>
              <td className="font-mono text-xs">{index.name}</td>
              <td className="font-mono text-xs">
                {index.parts.join(", ")}
                {index.included.length > 0 ? (
                  <span className="text-faint"> include {index.included.join(", ")}</span>
                ) : null}
                {index.condition === null ? null : <span className="text-faint"> where {index.condition}</span>}
              </td>
              <td className="text-xs text-muted">
                {[index.primary ? "primary" : index.unique ? "unique" : "", index.method ?? ""]
                  .filter(Boolean)
                  .join(", ")}
                {index.valid ? null : <Badge tone="danger">invalid</Badge>}
              </td>
              <td data-numeric className="text-xs text-muted">
                {index.bytes === null ? "" : bytesInWords(index.bytes)}
              </td>
              <td data-numeric className="text-xs text-muted">
                {index.scans === null ? "" : index.scans.toLocaleString("en")}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function Rules({ detail }: { detail: TableDetail }) {
  const { checks, uniqueKeys } = detail.table;
  if (checks.length + uniqueKeys.length === 0) return null;
  return (
    <Section title="Constraints">
      <ul className="flex flex-col divide-y divide-line border-y border-line">
        {uniqueKeys.map(({ name, columns }) => (
          <Rule key={name ?? columns.join()} name={name} words={`UNIQUE (${columns.join(", ")})`} />
        ))}
        {checks.map(({ name, expression }) => (
          <Rule key={name ?? expression} name={name} words={expression} />
        ))}
      </ul>
    </Section>
  );
}

const Rule = ({ name, words }: { name: string | null; words: string }) => (
  <li className="flex flex-wrap items-baseline justify-between gap-x-4 py-2 text-sm">
    <code className="font-mono text-xs text-ink [overflow-wrap:anywhere]">{words}</code>
    {name ? <span className="text-xs text-faint [overflow-wrap:anywhere]">{name}</span> : null}
  </li>
);

function Definition({ detail }: { detail: TableDetail }) {
  const { definition, kind } = detail.table;
  if (definition === null) return null;
  return (
    <Section
      title={kind === "table" ? "Definition" : "The statement behind it"}
      action={<CopyButton text={definition} label="Copy the statement" />}
    >
      {/* Reachable by keyboard, because it scrolls. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} className="max-h-96 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs text-ink">
        {definition}
      </pre>
    </Section>
  );
}
