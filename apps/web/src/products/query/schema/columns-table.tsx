import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import { Button, classNames, SearchInput } from "@mindmesh/ui";
import ChevronRight from "lucide-react/icons/chevron-right";
import KeyRound from "lucide-react/icons/key-round";
import LinkIcon from "lucide-react/icons/link-2";
import { useState, type ReactNode } from "react";
import { ColumnStatistics } from "./column-statistics.tsx";

/** A table of 1,600 columns is drawn as far as it is asked for. */
const firstShown = 100;
const searchedFrom = 15;

/** The columns in their order; each opens to what is known of its values. */
export function ColumnsTable({ table }: { table: CatalogTable }) {
  const [find, setFind] = useState("");
  const [all, setAll] = useState(false);
  const words = find.trim().toLowerCase();
  const found = table.columns.filter(
    ({ name, comment }) => name.toLowerCase().includes(words) || (comment?.toLowerCase().includes(words) ?? false),
  );
  const shown = all ? found : found.slice(0, firstShown);
  return (
    <section aria-label="Columns" className="pb-6">
      {table.columns.length >= searchedFrom ? (
        <div className="pb-2">
          <SearchInput
            label={`Find among ${table.columns.length.toLocaleString("en")} columns`}
            value={find}
            onValueChange={setFind}
          />
        </div>
      ) : null}
      <ul className="flex flex-col divide-y divide-line border-y border-line">
        {shown.map((column) => (
          <ColumnRow key={column.name} column={column} table={table} />
        ))}
      </ul>
      {found.length === 0 ? <p className="py-3 text-sm text-muted">No column fits these words.</p> : null}
      {shown.length < found.length ? (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setAll(true)}>
          Show all {found.length.toLocaleString("en")} columns
        </Button>
      ) : null}
    </section>
  );
}

function ColumnRow({ column, table }: { column: CatalogColumn; table: CatalogTable }) {
  const [open, setOpen] = useState(false);
  const { name, type, nullable, comment, statistics, generated } = column;
  const inKey = table.primaryKey?.columns.includes(name) ?? false;
  const refers = table.foreignKeys.some(({ columns }) => columns.includes(name));
  const hasMore = statistics !== null || column.enumValues !== null || column.default !== null || generated !== null;
  const line = (
    <>
      <ChevronRight
        aria-hidden="true"
        className={classNames(
          "size-3.5 shrink-0 text-faint transition-transform",
          open && "rotate-90",
          !hasMore && "invisible",
        )}
      />
      <span className="flex w-8 shrink-0 items-center gap-1">
        {inKey ? <Sign label="Primary key" icon={<KeyRound />} className="text-warning-ink" /> : null}
        {refers ? <Sign label="Foreign key" icon={<LinkIcon />} className="text-accent-ink" /> : null}
      </span>
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="text-sm font-medium text-ink [overflow-wrap:anywhere]">{name}</span>
        {comment ? <span className="text-xs text-muted [overflow-wrap:anywhere]">{comment}</span> : null}
      </span>
      <span className="flex w-48 shrink-0 flex-col items-end text-right phone:w-32">
        <span className="font-mono text-xs text-ink [overflow-wrap:anywhere]">{type}</span>
        <span className="text-2xs text-faint">{nullable ? "may be empty" : "required"}</span>
      </span>
      <span className="w-20 shrink-0 phone:hidden">
        <Filled share={statistics?.nullShare ?? null} />
      </span>
    </>
  );
  return (
    <li className="[contain-intrinsic-size:auto_44px] [content-visibility:auto]">
      {hasMore ? (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-h-10 w-full items-center gap-2 rounded-xs px-1 py-1.5 text-left transition-colors hover:bg-hover focus-visible:-outline-offset-2 touch:min-h-11"
        >
          {line}
        </button>
      ) : (
        <div className="flex min-h-10 items-center gap-2 px-1 py-1.5">{line}</div>
      )}
      {open ? <ColumnStatistics column={column} /> : null}
    </li>
  );
}

const Sign = ({ label, icon, className }: { label: string; icon: ReactNode; className: string }) => (
  <span role="img" aria-label={label} title={label} className={classNames("flex [&_svg]:size-3.5", className)}>
    {icon}
  </span>
);

/** A bar of the share that is not NULL. */
function Filled({ share }: { share: number | null }) {
  if (share === null) return null;
  const filled = Math.round((1 - share) * 100);
  return (
    <span className="flex flex-col items-end gap-1" title={`${filled} % of the rows have a value`}>
      <span aria-hidden="true" className="h-1 w-full overflow-hidden rounded-full bg-selected">
        <span className="block h-full rounded-full bg-line-control" style={{ width: `${filled}%` }} />
      </span>
      <span className="text-2xs tabular-nums text-faint">{filled} % filled</span>
    </span>
  );
}
