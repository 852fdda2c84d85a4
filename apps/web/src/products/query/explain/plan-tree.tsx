import type { PlanNode } from "@mindmesh/contracts/query/engine";
import type { ExplainedPlan, PlanNote } from "@mindmesh/contracts/query/explain";
import { Badge, classNames } from "@mindmesh/ui";
import ChevronRight from "lucide-react/icons/chevron-right";
import { type KeyboardEvent, useRef, useState } from "react";

interface Row {
  path: string;
  parent: string | null;
  node: PlanNode;
  level: number;
  place: number;
  siblings: number;
}

const childPath = (path: string, index: number) => (path === "" ? String(index) : `${path}.${index}`);

function rowsOf(node: PlanNode, folded: ReadonlySet<string>, row: Omit<Row, "node">): Row[] {
  const own = { ...row, node };
  if (folded.has(row.path)) return [own];
  return [
    own,
    ...node.children.flatMap((child, index) =>
      rowsOf(child, folded, {
        path: childPath(row.path, index),
        parent: row.path,
        level: row.level + 1,
        place: index + 1,
        siblings: node.children.length,
      }),
    ),
  ];
}

/** Plans of more steps than these begin folded: rows of thousands of parts take seconds to draw. */
const manySteps = 200;

const countOf = (node: PlanNode): number => node.children.reduce((sum, child) => sum + countOf(child), 1);

/** The steps that are folded to begin with: in a large plan all below the second level that do not lead to the dearest one. */
function firstFolded({ plan, notes }: ExplainedPlan): ReadonlySet<string> {
  const folded = new Set<string>();
  if (countOf(plan) <= manySteps) return folded;
  const dearest = notes.find((note) => note.dearest)?.path ?? "";
  const visit = (node: PlanNode, path: string, level: number) => {
    const leads = path === "" || dearest === path || dearest.startsWith(`${path}.`);
    if (node.children.length > 0 && level > 2 && !leads) folded.add(path);
    node.children.forEach((child, index) => visit(child, childPath(path, index), level + 1));
  };
  visit(plan, "", 1);
  return folded;
}

const number = (value: number | null) =>
  value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });

/** A plan as a tree: arrows move and fold, the dearest step is marked, each bar is a step's own share. */
export function PlanTree({ explained }: { explained: ExplainedPlan }) {
  const [folded, setFolded] = useState(() => firstFolded(explained));
  const [current, setCurrent] = useState("");
  const tree = useRef<HTMLDivElement>(null);
  const notes = new Map(explained.notes.map((note) => [note.path, note]));
  const rows = rowsOf(explained.plan, folded, { path: "", parent: null, level: 1, place: 1, siblings: 1 });

  const go = (path: string | null | undefined) => {
    if (path === null || path === undefined) return;
    setCurrent(path);
    tree.current?.querySelector<HTMLElement>(`[data-path="${path}"]`)?.focus();
  };
  const fold = (path: string, isFolded: boolean) =>
    setFolded((known) => new Set(isFolded ? [...known, path] : [...known].filter((each) => each !== path)));

  const onKeyDown = (event: KeyboardEvent, row: Row) => {
    const at = rows.findIndex(({ path }) => path === row.path);
    const isFolded = folded.has(row.path);
    const hasChildren = row.node.children.length > 0;
    switch (event.key) {
      case "ArrowDown": go(rows[at + 1]?.path); break;
      case "ArrowUp": go(rows[at - 1]?.path); break;
      case "Home": go(rows[0]?.path); break;
      case "End": go(rows.at(-1)?.path); break;
      case "ArrowRight": if (hasChildren && isFolded) fold(row.path, false); else if (hasChildren) go(rows[at + 1]?.path); break;
      case "ArrowLeft": if (hasChildren && !isFolded) fold(row.path, true); else go(row.parent); break;
      case "Enter": case " ": if (hasChildren) fold(row.path, !isFolded); break;
      default: return;
    } // prettier-ignore
    event.preventDefault();
  };

  return (
    <div ref={tree} role="tree" aria-label="Plan" className="overflow-hidden rounded-md border border-line">
      {rows.map((row) => (
        <PlanRow
          key={row.path}
          row={row}
          note={notes.get(row.path)}
          isFolded={folded.has(row.path)}
          isCurrent={current === row.path}
          analyzed={explained.analyzed}
          onToggle={() => {
            setCurrent(row.path);
            fold(row.path, !folded.has(row.path));
          }}
          onKeyDown={(event) => onKeyDown(event, row)}
        />
      ))}
    </div>
  );
}

type PlanRowProps = {
  row: Row;
  note: PlanNote | undefined;
  isFolded: boolean;
  isCurrent: boolean;
  analyzed: boolean;
  onToggle: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

/** Deep plans stay in sight on a phone. */
const deepest = 8;

function PlanRow({ row, note, isFolded, isCurrent, analyzed, onToggle, onKeyDown }: PlanRowProps) {
  const { node, level, place, siblings } = row;
  const hasChildren = node.children.length > 0;
  const share = note?.share ?? null;
  return (
    <div
      role="treeitem"
      data-path={row.path}
      tabIndex={isCurrent ? 0 : -1}
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-selected={isCurrent}
      {...(hasChildren && { "aria-expanded": !isFolded })}
      onClick={hasChildren ? onToggle : undefined}
      onKeyDown={onKeyDown}
      className={classNames(
        "border-b border-line px-3 py-2 [contain-intrinsic-size:auto_3.3rem] [content-visibility:auto] last:border-0 focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-focus",
        hasChildren && "cursor-pointer hover:bg-hover",
        note?.dearest && "bg-warning-soft",
      )}
    >
      <div style={{ paddingLeft: `${(Math.min(level, deepest) - 1) * 14}px` }}>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <ChevronRight
            aria-hidden="true"
            className={classNames(
              "size-3.5 shrink-0 text-faint transition-transform",
              !isFolded && "rotate-90",
              !hasChildren && "invisible",
            )}
          />
          <span className="text-sm font-medium">{node.operation}</span>
          <span className="min-w-0 flex-1 basis-40 truncate text-xs text-muted" title={node.detail}>
            {node.detail}
          </span>
          {note?.dearest ? <Badge tone="warning">dearest step</Badge> : null}
          {note?.misestimate ? <Badge tone="danger">estimate off</Badge> : null}
          {share !== null ? (
            <span className="flex w-28 items-center gap-2 phone:w-24">
              <span className="h-1.5 flex-1 overflow-hidden rounded-full bg-selected">
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: `${Math.round(share * 100)}%` }}
                />
              </span>
              <span className="w-9 text-right text-xs text-muted tabular-nums">{Math.round(share * 100)} %</span>
            </span>
          ) : null}
        </div>
        <p className="mt-0.5 pl-5.5 text-xs text-muted">
          {note?.words}
          <span className="ml-2 text-faint tabular-nums">
            {analyzed
              ? `${number(node.actualRows)} rows (expected ${number(node.estimatedRows)})`
              : node.estimatedRows === null
                ? ""
                : `about ${number(node.estimatedRows)} rows`}
            {node.actualMs === null ? "" : `, ${number(node.actualMs)} ms`}
            {node.totalCost === null ? "" : `, cost ${number(node.totalCost)}`}
          </span>
        </p>
        {note?.warnings.map((warning, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- the same may be said twice
          <p key={index} className="mt-0.5 pl-5.5 text-xs text-danger-ink">
            {warning}
          </p>
        ))}
      </div>
    </div>
  );
}
