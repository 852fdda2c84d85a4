import type { Cell } from "@mindmesh/contracts/query/engine";
import { Table } from "@mindmesh/ui";

/** The first rows of a table as they would be made. */
export function PreviewTable({ name, columns, rows }: { name: string; columns: string[]; rows: Cell[][] }) {
  return (
    <Table label={`Example rows of ${name}`} className="rounded-lg border border-line">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          // Rows of a preview have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <tr key={at}>
            {columns.map((column, index) => (
              <td key={column} className="max-w-72 truncate font-mono text-xs">
                {row[index] ?? <span className="text-faint">NULL</span>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
