import type { Diagram } from "@mindmesh/contracts/query/diagram";
import { classNames, Popover, SearchInput } from "@mindmesh/ui";
import { useState, type KeyboardEvent, type ReactElement } from "react";

const mostFound = 50;

type TableFinderProps = {
  diagram: Diagram;
  trigger: ReactElement;
  label: string;
  onChoose: (table: number) => void;
};

/** A button that opens a list of tables to choose from, by typing. */
export function TableFinder({ diagram, trigger, label, onChoose }: TableFinderProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover label={label} trigger={trigger} open={open} onOpenChange={setOpen}>
      <Finder
        diagram={diagram}
        label={label}
        onChoose={(table) => {
          setOpen(false);
          onChoose(table);
        }}
      />
    </Popover>
  );
}

/** Tables whose name begins with the words come first, then those that hold them, then those with such a column. */
function findTables({ tables }: Diagram, words: string): number[] {
  const wanted = words.trim().toLowerCase();
  const ranked = [...tables.entries()].flatMap(([index, { schema, name, columns }]) => {
    const own = name.toLowerCase();
    if (wanted === "" || own.startsWith(wanted)) return [{ index, rank: 0, own }];
    if (own.includes(wanted) || `${schema}.${name}`.toLowerCase().includes(wanted)) return [{ index, rank: 1, own }];
    return columns.some((column) => column.name.toLowerCase().includes(wanted)) ? [{ index, rank: 2, own }] : [];
  });
  return ranked
    .toSorted((a, b) => a.rank - b.rank || (a.own < b.own ? -1 : 1))
    .slice(0, mostFound)
    .map(({ index }) => index);
}

function Finder({ diagram, label, onChoose }: Omit<TableFinderProps, "trigger">) {
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const found = findTables(diagram, words);
  const schemas = new Set(diagram.tables.map(({ schema }) => schema)).size;
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive((before) => Math.min(found.length - 1, Math.max(0, before + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = found[active];
      if (chosen !== undefined) onChoose(chosen);
    }
  };
  return (
    <div className="flex w-72 flex-col gap-2 phone:w-[calc(100vw-3rem)]">
      <SearchInput
        label={label}
        placeholder="Table or column"
        value={words}
        onValueChange={(next) => {
          setWords(next);
          setActive(0);
        }}
        role="combobox"
        aria-expanded
        aria-controls="diagram-tables"
        aria-activedescendant={found.length > 0 ? `diagram-table-${active}` : undefined}
        onKeyDown={walk}
      />
      {found.length === 0 ? (
        <p className="px-2 py-3 text-sm text-muted">No table or column has this in its name.</p>
      ) : (
        <div id="diagram-tables" role="listbox" aria-label="Tables" className="max-h-72 overflow-y-auto">
          {found.map((index, at) => {
            const table = diagram.tables[index];
            return (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are those of the search box
              <div
                key={index}
                id={`diagram-table-${at}`}
                role="option"
                tabIndex={-1}
                aria-selected={at === active}
                ref={at === active ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
                className={classNames(
                  "flex h-8 cursor-pointer items-center gap-2 rounded-sm px-2 text-sm text-ink touch:h-11",
                  at === active ? "bg-selected" : "hover:bg-hover",
                )}
                onClick={() => onChoose(index)}
              >
                <span className="min-w-0 flex-1 truncate">{table?.name}</span>
                {schemas > 1 ? <span className="truncate text-xs text-faint">{table?.schema}</span> : null}
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}
