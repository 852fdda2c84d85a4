import type { TextPlace } from "@mindmesh/contracts/query/engine";
import type { Connection } from "@mindmesh/contracts/query/connections";
import { Badge, Button, Callout, DropdownMenu, IconButton, Progress, SegmentedControl, Skeleton } from "@mindmesh/ui";
import Copy from "lucide-react/icons/copy";
import RotateCw from "lucide-react/icons/rotate-cw";
import Square from "lucide-react/icons/square";
import { Suspense, useState, useSyncExternalStore } from "react";
import { useCommand } from "../../../shell/commands.ts";
import { useNow } from "../../../shell/use-now.ts";
import { showError } from "../../../shell/show-error.ts";
import { ExportMenu } from "./export-menu.tsx";
import { copyArea } from "./results/copy-area.ts";
import { copyFormats, copyTitles } from "./results/copy-formats.ts";
import { operatorWords, needsValue } from "./results/filters.ts";
import { ResultGrid } from "./results/result-grid.tsx";
import type { ResultSource } from "./results/result-source.ts";
import { areaOf, type Selection } from "./results/selection.ts";
import { age, duration, rowsWords, stateWords } from "./run-figures.ts";
import { RunProblem } from "./run-problem.tsx";
import { cancelRun, type Run } from "./runs.ts";
import { workbenchCommand } from "./workbench-command.ts";
import { workbenchPanels } from "./workbench-panels.tsx";

type ResultViewProps = {
  workspaceId: string;
  connection: Connection;
  run: Run;
  onPlace: (place: TextPlace) => void;
  onAgain: () => void;
  onPreview: (() => void) | null;
};

/** One statement of a run: how it goes, its rows, and other ways to look at them. */
export function ResultView({ workspaceId, connection, run, onPlace, onAgain, onPreview }: ResultViewProps) {
  const { statement, source } = run;
  const [view, setView] = useState("rows");
  const [selection, setSelection] = useState<Selection | null>(null);
  const panels = statement ? workbenchPanels.filter(({ suits }) => suits?.(statement) ?? true) : [];
  const panel = panels.find(({ id }) => id === view);
  const isRunning = run.problem === null && (statement === null || statement.state === "running");
  const views = [{ value: "rows", label: "Rows" }, ...panels.map(({ id, title }) => ({ value: id, label: title }))];
  useCommand(
    panels.length > 0
      ? workbenchCommand("next-view", "another view of the result", "f8", () => {
          const at = views.findIndex(({ value }) => value === (panel?.id ?? "rows"));
          setView(views[(at + 1) % views.length]?.value ?? "rows");
        })
      : null,
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-panel px-3 py-1 text-xs">
        {panels.length > 0 ? (
          <SegmentedControl
            label="What is shown"
            value={panel ? panel.id : "rows"}
            onValueChange={setView}
            options={views}
          />
        ) : null}
        <RunState run={run} isRunning={isRunning} />
        {statement?.stoppedBy ? (
          <Badge tone="warning">
            {statement.stoppedBy === "rows"
              ? "There are more rows: the limit was reached"
              : "Stopped at the limit of bytes"}
          </Badge>
        ) : null}
        <div className="ml-auto flex items-center gap-1">
          {isRunning ? (
            <Button
              size="sm"
              icon={<Square />}
              onClick={() => void cancelRun(workspaceId, run.statementId).catch(showError)}
            >
              Cancel
            </Button>
          ) : (
            <IconButton size="sm" label="Run again, past the cache" icon={<RotateCw />} onClick={onAgain} />
          )}
          {source && statement && statement.rows > 0 ? (
            <>
              <DropdownMenu
                align="end"
                entries={[
                  { kind: "label", label: selection ? "Copy the selection as" : "Copy all rows as" },
                  ...copyFormats.map((format) => ({
                    label: copyTitles[format],
                    onSelect: () => {
                      const { rows } = source.state();
                      const all = { top: 0, bottom: rows - 1, left: 0, right: source.columns.length - 1 };
                      void copyArea(source, selection ? areaOf(selection) : all, format, connection.engine);
                    },
                  })),
                ]}
              >
                <IconButton size="sm" label="Copy as" icon={<Copy />} />
              </DropdownMenu>
              <ExportMenu workspaceId={workspaceId} statement={statement} />
            </>
          ) : null}
        </div>
      </div>
      {isRunning ? <Progress label="The statement runs" value={null} className="rounded-none" /> : null}
      {panel && statement ? (
        <Suspense fallback={<Skeleton className="m-4 h-24" />}>
          <panel.Content workspaceId={workspaceId} connection={connection} statement={statement} source={source} />
        </Suspense>
      ) : (
        <Rows
          run={run}
          connection={connection}
          isRunning={isRunning}
          selection={selection}
          onSelect={setSelection}
          onPlace={onPlace}
          onPreview={onPreview}
        />
      )}
    </div>
  );
}

function RunState({ run, isRunning }: { run: Run; isRunning: boolean }) {
  const now = useNow(isRunning || run.statement?.cachedAt !== null);
  const { statement } = run;
  if (isRunning) {
    return (
      <output className="text-muted">
        {run.rows > 0 ? `${rowsWords(run.rows)} so far, ` : "Running, "}
        {duration(Math.max(0, Math.floor((now - run.startedAt) / 1000) * 1000))}
      </output>
    );
  }
  if (!statement) return <span className="text-danger-ink">Not run</span>;
  return (
    <output className="flex flex-wrap items-center gap-x-2 text-muted">
      {statement.state === "done" ? (
        <span className="font-medium text-ink">
          {statement.access === "write"
            ? `${rowsWords(statement.affectedRows ?? 0)} changed`
            : rowsWords(statement.rows)}
        </span>
      ) : (
        <span className="font-medium text-ink">{stateWords[statement.state]}</span>
      )}
      {statement.milliseconds === null ? null : <span>{duration(statement.milliseconds)}</span>}
      {statement.cachedAt === null ? null : <Badge>read {age(statement.cachedAt, now)}</Badge>}
    </output>
  );
}

type RowsProps = Pick<ResultViewProps, "run" | "connection" | "onPlace" | "onPreview"> & {
  isRunning: boolean;
  selection: Selection | null;
  onSelect: (selection: Selection | null) => void;
};

function Rows({ run, connection, isRunning, selection, onSelect, onPlace, onPreview }: RowsProps) {
  const { statement, source, problem } = run;
  if (problem !== null) {
    return (
      <Callout tone="danger" title="Not run" className="m-3">
        {problem}
      </Callout>
    );
  }
  const isBad = statement !== null && (statement.failure !== null || statement.refusal !== null);
  return (
    <>
      {isBad && statement ? <RunProblem statement={statement} onPlace={onPlace} onPreview={onPreview} /> : null}
      {statement?.notices.map((notice, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- a database may say the same twice
        <p key={at} className="border-b border-line px-3 py-1 font-mono text-xs text-muted">
          {notice}
        </p>
      ))}
      {source && statement && (!isBad || statement.rows > 0) ? (
        statement.resultUntil === null && !isRunning ? (
          <p className="p-4 text-sm text-muted">The rows are not kept any more. Run the statement again.</p>
        ) : (
          <ShownRows
            source={source}
            connection={connection}
            selection={selection}
            onSelect={onSelect}
            isRunning={isRunning}
          />
        )
      ) : null}
      {!source && statement?.state === "done" && statement.access === "read" ? (
        <p className="p-4 text-sm text-muted">Done. The statement has no columns.</p>
      ) : null}
    </>
  );
}

type ShownRowsProps = {
  source: ResultSource;
  connection: Connection;
  selection: Selection | null;
  onSelect: (selection: Selection | null) => void;
  isRunning: boolean;
};

function ShownRows({ source, connection, selection, onSelect, isRunning }: ShownRowsProps) {
  useSyncExternalStore(source.subscribe, source.revision);
  const { rows, allRows, view, arranging, failure } = source.state();
  return (
    <>
      {view.filters.length > 0 ? (
        <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1 text-xs text-muted">
          <span>
            {rows.toLocaleString("en")} of {rowsWords(allRows)}
          </span>
          {view.filters.map((filter) => (
            <Badge key={filter.column} tone="accent">
              {source.columns[filter.column]?.name} {operatorWords[filter.operator]}
              {needsValue(filter.operator) ? ` ${filter.value}` : ""}
            </Badge>
          ))}
          <Button size="sm" variant="ghost" onClick={() => void source.arrange({ ...view, filters: [] })}>
            Show all
          </Button>
        </div>
      ) : null}
      {arranging === null ? null : (
        <Progress label="Sorting and filtering" value={arranging} className="rounded-none" />
      )}
      {failure === null ? null : (
        <Callout
          tone="danger"
          title="Some rows could not be read"
          className="m-2 shrink-0"
          action={
            <Button size="sm" onClick={source.retry}>
              Try again
            </Button>
          }
        >
          {failure}
        </Callout>
      )}
      <ResultGrid source={source} engine={connection.engine} label="Result" selection={selection} onSelect={onSelect} />
      {rows === 0 && !isRunning && arranging === null ? (
        <p className="px-4 pb-4 text-sm text-muted">{allRows === 0 ? "No rows." : "No row passes the filter."}</p>
      ) : null}
    </>
  );
}
