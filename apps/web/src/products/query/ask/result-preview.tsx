import type { AskResult } from "@mindmesh/contracts/query/ask";
import { Table } from "@mindmesh/ui";

const shown = 50;
const numeric = new Set(["integer", "decimal", "float"]);

/** The first rows of an answer. All of them are in the editor's grid. */
export function ResultPreview({ result }: { result: AskResult }) {
  const { columns, rows, more, milliseconds } = result;
  const count = rows.length;
  const [only] = rows[0] ?? [];
  if (count === 1 && columns.length === 1) {
    return (
      <div>
        <p className="text-2xl font-semibold tabular-nums">{only ?? <Empty />}</p>
        <p className="text-xs text-faint">{columns[0]?.name}</p>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-1">
      {count === 0 ? (
        <p className="text-sm text-muted">No rows.</p>
      ) : (
        <Table label="First rows" className="max-h-80 overflow-y-auto rounded-md border border-line">
          <thead className="sticky top-0 bg-canvas">
            <tr>
              {columns.map(({ name, kind }, index) => (
                <th key={`${index} ${name}`} scope="col" {...(numeric.has(kind) && { "data-numeric": "" })}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((cells, row) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows of a result have no key of their own
              <tr key={row}>
                {cells.map((cell, index) => (
                  <td
                    key={columns[index]?.name ?? index}
                    className="max-w-80 truncate"
                    {...(numeric.has(columns[index]?.kind ?? "other") && { "data-numeric": "" })}
                  >
                    {cell ?? <Empty />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <p className="text-xs text-faint">
        {count > shown || more
          ? `The first ${Math.min(count, shown)} of ${more ? `more than ${count}` : count} rows`
          : `${count} ${count === 1 ? "row" : "rows"}`}
        , {Math.round(milliseconds).toLocaleString("en")} ms
      </p>
    </div>
  );
}

const Empty = () => <span className="text-faint italic">NULL</span>;
