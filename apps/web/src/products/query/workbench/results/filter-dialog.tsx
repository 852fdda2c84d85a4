import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import { Button, Dialog, Field, Input, Select } from "@mindmesh/ui";
import { useState, type FormEvent } from "react";
import { filterOperators, needsValue, operatorWords, type FilterOperator } from "./filters.ts";
import type { ResultSource } from "./result-source.ts";
import type { ViewAsk } from "./result-store.ts";

type FilterDialogProps = {
  source: ResultSource;
  column: ResultColumn;
  at: number;
  view: ViewAsk;
  onClose: () => void;
};

/** Asks by what a column is filtered. */
export function FilterDialog({ source, column, at, view, onClose }: FilterDialogProps) {
  const known = view.filters.find((filter) => filter.column === at);
  const isText = column.kind === "text" || column.kind === "json" || column.kind === "other";
  const [operator, setOperator] = useState<FilterOperator>(known?.operator ?? (isText ? "contains" : "equals"));
  const [value, setValue] = useState(known?.value ?? "");
  const others = view.filters.filter((filter) => filter.column !== at);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    void source.arrange({ ...view, filters: [...others, { column: at, operator, value }] });
    onClose();
  };
  return (
    <Dialog
      open
      size="sm"
      title={`Filter ${column.name}`}
      description="Looks through the rows that were read. The statement is not run again."
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          {known ? (
            <Button
              onClick={() => {
                void source.arrange({ ...view, filters: others });
                onClose();
              }}
            >
              Remove
            </Button>
          ) : null}
          <Button type="submit" form="filter-column" variant="primary">
            Filter
          </Button>
        </>
      }
    >
      <form id="filter-column" onSubmit={apply} className="flex flex-col gap-3">
        <Field label="Condition">
          <Select
            value={operator}
            onValueChange={(chosen) => setOperator(chosen as FilterOperator)}
            options={filterOperators.map((each) => ({ value: each, label: operatorWords[each] }))}
          />
        </Field>
        {needsValue(operator) ? (
          <Field label="Value">
            <Input value={value} onChange={(event) => setValue(event.target.value)} autoFocus />
          </Field>
        ) : null}
      </form>
    </Dialog>
  );
}
