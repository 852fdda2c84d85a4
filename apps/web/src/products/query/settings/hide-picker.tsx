import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import type { OutlineTable } from "@mindmesh/contracts/query/schema";
import { Button, Checkbox, Dialog, DialogClose, SearchInput } from "@mindmesh/ui";
import { useState } from "react";
import { findTables } from "../schema/find-tables.ts";
import { MoreFit } from "../schema/more-fit.tsx";

/** Found tables that are listed at once; more words find the others. */
const mostListed = 30;

const keyOf = ({ schema, table, column }: HiddenObject) => JSON.stringify([schema, table, column]);

type HidePickerProps = {
  tables: readonly OutlineTable[];
  onHide: (chosen: HiddenObject[]) => void;
  onClose: () => void;
};

/** Chooses tables and columns to hide, found by their names. */
export function HidePicker({ tables, onHide, onClose }: HidePickerProps) {
  const [find, setFind] = useState("");
  const [chosen, setChosen] = useState<ReadonlyMap<string, HiddenObject>>(new Map());
  const found = findTables(tables, find);
  const listed = found.slice(0, mostListed);
  const toggle = (object: HiddenObject, on: boolean) => {
    const next = new Map(chosen);
    if (on) next.set(keyOf(object), object);
    else next.delete(keyOf(object));
    setChosen(next);
  };
  return (
    <Dialog
      open
      size="md"
      title="Hide tables and columns"
      onOpenChange={(open) => (open ? undefined : onClose())}
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button variant="primary" disabled={chosen.size === 0} onClick={() => onHide([...chosen.values()])}>
            {chosen.size === 0 ? "Hide" : `Hide ${chosen.size}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <SearchInput label="Find tables and columns" value={find} onValueChange={setFind} />
        <ul aria-label="Tables to choose from" className="flex flex-col divide-y divide-line">
          {listed.map((table) => (
            <TableChoice
              key={JSON.stringify([table.schema, table.name])}
              table={table}
              find={find}
              chosen={chosen}
              onToggle={toggle}
            />
          ))}
        </ul>
        <MoreFit count={found.length - listed.length} />
        {found.length === 0 ? <p className="text-sm text-muted">No table or column fits these words.</p> : null}
      </div>
    </Dialog>
  );
}

type TableChoiceProps = {
  table: OutlineTable;
  find: string;
  chosen: ReadonlyMap<string, HiddenObject>;
  onToggle: (object: HiddenObject, on: boolean) => void;
};

function TableChoice({ table, find, chosen, onToggle }: TableChoiceProps) {
  const words = find
    .toLowerCase()
    .split(/[\s.]+/)
    .filter(Boolean);
  const named = words.some((word) => !table.name.toLowerCase().includes(word));
  const [open, setOpen] = useState(false);
  const whole: HiddenObject = { schema: table.schema, table: table.name, column: null };
  const isWhole = chosen.has(keyOf(whole));
  const columns = table.columns.filter(
    ({ name }) => open || (named && words.some((word) => name.toLowerCase().includes(word))),
  );
  return (
    <li className="flex flex-col gap-1 py-1.5">
      <div className="flex items-center justify-between gap-2">
        <Checkbox
          label={table.schema === "" ? table.name : `${table.schema}.${table.name}`}
          checked={isWhole}
          onCheckedChange={(checked) => onToggle(whole, checked === true)}
        />
        <Button size="sm" variant="ghost" aria-expanded={open} onClick={() => setOpen(!open)}>
          Columns
        </Button>
      </div>
      {columns.length > 0 ? (
        <ul aria-label={`Columns of ${table.name}`} className="flex flex-col gap-1 pl-6">
          {columns.map(({ name }) => {
            const object = { ...whole, column: name };
            return (
              <li key={name}>
                <Checkbox
                  label={name}
                  checked={isWhole || chosen.has(keyOf(object))}
                  disabled={isWhole}
                  onCheckedChange={(checked) => onToggle(object, checked === true)}
                />
              </li>
            );
          })}
        </ul>
      ) : null}
    </li>
  );
}
