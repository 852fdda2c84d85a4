import { chartKinds, type Chart, type ChartKind } from "@mindmesh/contracts/query/charts";
import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import { Checkbox, Field, Input, Select } from "@mindmesh/ui";

const names: Record<ChartKind, string> = {
  line: "Line",
  bar: "Bars",
  area: "Area",
  scatter: "Points",
  pie: "Pie",
  number: "One number",
  table: "Table",
};
const none = " none";
const numeric = new Set(["integer", "decimal", "float"]);

type ChartFieldsProps = { chart: Chart; columns: readonly ResultColumn[]; onChange: (chart: Chart) => void };

/** How a result is drawn, to be changed by hand. */
export function ChartFields({ chart, columns, onChange }: ChartFieldsProps) {
  const { kind, x, y, series, stacked, title } = chart;
  const options = [
    { value: none, label: "Nothing" },
    ...columns.map(({ name, type }) => ({ value: name, label: name, hint: type })),
  ];
  const drawn = columns.filter((column) => numeric.has(column.kind) || y.includes(column.name));
  const chosen = (value: string) => (value === none ? null : value);
  const plain = kind === "number" || kind === "table";
  return (
    <div className="flex flex-col gap-4">
      <Field label="Drawn as">
        <Select
          options={chartKinds.map((value) => ({ value, label: names[value] }))}
          value={kind}
          onValueChange={(value) => onChange({ ...chart, kind: value as ChartKind })}
        />
      </Field>
      <Field label="Title">
        <Input value={title} maxLength={200} onChange={(event) => onChange({ ...chart, title: event.target.value })} />
      </Field>
      {plain ? null : (
        <Field label={kind === "pie" ? "Slices" : "Along the axis"}>
          <Select
            options={options}
            value={x ?? none}
            onValueChange={(value) => onChange({ ...chart, x: chosen(value) })}
          />
        </Field>
      )}
      {kind === "table" ? null : (
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1.5 text-sm font-medium text-ink">Values</legend>
          {drawn.length === 0 ? <p className="text-sm text-muted">The result has no column of numbers.</p> : null}
          {drawn.map(({ name }) => (
            <Checkbox
              key={name}
              label={name}
              checked={y.includes(name)}
              onCheckedChange={(checked) => {
                const single = kind === "pie" || kind === "number" || kind === "scatter" || series !== null;
                const others = single ? [] : y.filter((each) => each !== name);
                onChange({ ...chart, y: checked === true ? [...others, name] : y.filter((each) => each !== name) });
              }}
            />
          ))}
        </fieldset>
      )}
      {kind === "line" || kind === "bar" || kind === "area" ? (
        <>
          <Field label="One for each">
            <Select
              options={options}
              value={series ?? none}
              onValueChange={(value) =>
                onChange({ ...chart, series: chosen(value), y: chosen(value) === null ? y : y.slice(0, 1) })
              }
            />
          </Field>
          {kind === "line" ? null : (
            <Checkbox
              label="On top of each other"
              checked={stacked}
              onCheckedChange={(checked) => onChange({ ...chart, stacked: checked === true })}
            />
          )}
        </>
      ) : null}
    </div>
  );
}
