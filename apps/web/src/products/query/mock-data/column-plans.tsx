import type { Cell } from "@mindmesh/contracts/query/engine";
import type { Generator, MockColumn, MockTable } from "@mindmesh/contracts/query/mock-data";
import { Input, Select, Table } from "@mindmesh/ui";
import { generatorChoices, newGenerator } from "./generator-words.ts";
import { GeneratorFields } from "./generator-fields.tsx";

interface ColumnPlansProps {
  table: MockTable;
  preview: { columns: string[]; rows: Cell[][] } | null;
  onChange: (table: MockTable) => void;
}

/** What is made for each column of a table, with some values of it. */
export function ColumnPlans({ table, preview, onChange }: ColumnPlansProps) {
  const setColumn = (column: MockColumn) =>
    onChange({ ...table, columns: table.columns.map((each) => (each.name === column.name ? column : each)) });
  const examples = (name: string) => {
    const index = preview?.columns.indexOf(name) ?? -1;
    const values = index === -1 ? [] : (preview?.rows ?? []).map((row) => row[index] ?? null);
    return [...new Set(values.filter((value) => value !== null))].slice(0, 3).join(" · ");
  };
  return (
    <Table label={`Columns of ${table.name}`} className="rounded-lg border border-line">
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Values</th>
          <th scope="col">With</th>
          <th scope="col">NULL</th>
          <th scope="col">Examples</th>
        </tr>
      </thead>
      <tbody>
        {table.columns.map((column) => (
          <tr key={column.name}>
            <td className="font-medium">{column.name}</td>
            <td>
              <Select
                aria-label={`What is made for ${column.name}`}
                className="min-w-40"
                options={generatorChoices(column.generator)}
                value={column.generator.kind}
                onValueChange={(kind) =>
                  setColumn({ ...column, generator: newGenerator(kind as Generator["kind"], column) })
                }
              />
            </td>
            <td className="min-w-56">
              <GeneratorFields
                column={column}
                table={table}
                onChange={(generator) => setColumn({ ...column, generator })}
                onReference={(at, reference) =>
                  onChange({ ...table, references: table.references.with(at, reference) })
                }
              />
            </td>
            <td>
              <Input
                aria-label={`Percent of NULL in ${column.name}`}
                inputMode="numeric"
                className="min-w-14 max-w-16 text-right"
                value={String(Math.round(column.nullShare * 100))}
                onChange={(event) =>
                  setColumn({
                    ...column,
                    nullShare: Math.min(100, Number(event.target.value.replace(/\D/g, ""))) / 100,
                  })
                }
              />
            </td>
            <td className="max-w-64 truncate text-xs text-faint">{examples(column.name)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
