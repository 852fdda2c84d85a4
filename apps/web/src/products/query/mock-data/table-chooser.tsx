import type { TableName } from "@mindmesh/contracts/query/catalog";
import { mostPlanned } from "@mindmesh/contracts/query/mock-data";
import type { OutlineTable } from "@mindmesh/contracts/query/schema";
import { Button, Checkbox, SearchInput } from "@mindmesh/ui";
import { useState } from "react";
import { tableKey } from "../diagram/model.ts";
import { findTables } from "../schema/find-tables.ts";
import { MoreFit } from "../schema/more-fit.tsx";
import { withParents } from "./with-parents.ts";

/** Found tables that are listed at once; more words find the others. */
const mostListed = 40;

type TableChooserProps = { tables: readonly OutlineTable[]; onChoose: (tables: TableName[]) => void };

/** Of more tables than one plan takes, those that rows are made for. What they refer to comes with them. */
export function TableChooser({ tables, onChoose }: TableChooserProps) {
  const [find, setFind] = useState("");
  const [chosen, setChosen] = useState<readonly OutlineTable[]>([]);
  const found = findTables(tables, find);
  const listed = found.slice(0, mostListed);
  const whole = withParents(tables, chosen);
  const isIn = (table: OutlineTable) => chosen.some((each) => tableKey(each) === tableKey(table));
  return (
    <section aria-label="Choose tables" className="flex flex-col gap-3">
      <p className="text-sm text-muted">
        A plan takes up to {mostPlanned} of the {tables.length.toLocaleString("en")} tables. What they refer to comes
        with them.
      </p>
      <SearchInput label="Find tables" value={find} onValueChange={setFind} />
      <ul
        aria-label="Tables to choose from"
        className="grid max-h-96 grid-cols-1 gap-x-6 gap-y-2 overflow-y-auto rounded-lg border border-line p-3 sm:grid-cols-2 lg:grid-cols-3"
      >
        {listed.map((table) => (
          <li key={tableKey(table)} className="min-w-0">
            <Checkbox
              label={table.schema === "" ? table.name : `${table.schema}.${table.name}`}
              checked={isIn(table)}
              onCheckedChange={(checked) =>
                setChosen(
                  checked === true ? [...chosen, table] : chosen.filter((each) => tableKey(each) !== tableKey(table)),
                )
              }
            />
          </li>
        ))}
      </ul>
      <MoreFit count={found.length - listed.length} />
      {found.length === 0 ? <p className="text-sm text-muted">No table fits these words.</p> : null}
      <div className="flex flex-wrap items-center gap-3">
        <Button
          variant="primary"
          disabled={chosen.length === 0 || whole.length > mostPlanned}
          onClick={() => onChoose(whole.map(({ schema, name }) => ({ schema, name })))}
        >
          Plan rows
        </Button>
        <p aria-live="polite" className="text-sm text-muted">
          {whole.length > mostPlanned
            ? `That is ${whole.length.toLocaleString("en")} tables with those that they refer to.`
            : chosen.length === 0
              ? "None chosen yet."
              : `${chosen.length} chosen, ${whole.length} with those that they refer to.`}
        </p>
      </div>
    </section>
  );
}
