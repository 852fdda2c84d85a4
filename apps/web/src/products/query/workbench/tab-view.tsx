import { closeCompletion } from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import { roleMay } from "@mindmesh/contracts/permissions";
import type { Connection } from "@mindmesh/contracts/query/connections";
import type { TextPlace } from "@mindmesh/contracts/query/engine";
import type { Tab } from "@mindmesh/contracts/query/tabs";
import { Button, Callout, classNames, EmptyState, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import Play from "lucide-react/icons/play";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { Suspense, useMemo, useRef, useState } from "react";
import { CodeEditor } from "../../../code/editor/code-editor.tsx";
import { meQuery } from "../../../identity/queries.ts";
import { useCommand } from "../../../shell/commands.ts";
import { showError } from "../../../shell/show-error.ts";
import { formatSql } from "./editor/format-sql.ts";
import { markProblem, problemMark } from "./editor/problem-mark.ts";
import { sqlSupport } from "./editor/sql-completion.ts";
import { parametersIn, statementAt, statementsIn, type PlacedStatement } from "./editor/statements-in-text.ts";
import { ParametersForm } from "./parameters-form.tsx";
import { completionQuery, type Place } from "./queries.ts";
import { ResultView } from "./result-view.tsx";
import { cancelRun, runOne, useRuns, type Run } from "./runs.ts";
import { SaveDialog } from "./save-dialog.tsx";
import type { SideView } from "./side-panel.tsx";
import { SplitView } from "./split-view.tsx";
import { changeTab, keepMine, takeTheirs, useTabDrafts } from "./tab-drafts.ts";
import { Toolbar } from "./toolbar.tsx";
import { useRun } from "./use-run.ts";
import { workbenchCommand } from "./workbench-command.ts";
import { WriteDialog } from "./write-dialog.tsx";

type TabViewProps = {
  place: Place;
  connection: Connection;
  tab: Tab;
  side: SideView | null;
  onSide: (view: SideView | null) => void;
};

/** One tab: its text, the parameters, and what came of the last run. */
export function TabView({ place, connection, tab, side, onSide }: TabViewProps) {
  const queryClient = useQueryClient();
  const { data: me } = useSuspenseQuery(meQuery);
  const role = me.workspaces.find(({ id }) => id === place.workspaceId)?.role ?? "viewer";
  const completion = useQuery(completionQuery(place)).data;
  const draft = useTabDrafts((state) => state.drafts[tab.id]);
  const discarded = useTabDrafts((state) => state.discarded);
  const whole = { ...tab, ...draft?.content };
  const [editor, setEditor] = useState<EditorView | null>(null);
  const [shown, setShown] = useState(0);
  const [isRunning, setRunning] = useState(false);
  const [missing, setMissing] = useState<string[]>([]);
  const [saving, setSaving] = useState(false);
  const [writing, setWriting] = useState<string | null>(null);
  /** Where each statement of the last run stood, by its id. */
  const places = useRef(new Map<string, PlacedStatement>());
  const extensions = useMemo(
    () => [sqlSupport(connection.engine, completion), problemMark],
    [connection.engine, completion],
  );
  const names = useMemo(
    () => (editor ? parametersIn(editor.state, 0, editor.state.doc.length) : []),
    // oxlint-disable-next-line react/exhaustive-deps -- the editor's text is this one
    [editor, whole.text],
  );
  const change = (content: Parameters<typeof changeTab>[3]) => changeTab(queryClient, place, tab, content);

  const mark = (run: Run | undefined, moveTo: boolean) => {
    const at = run?.statement?.failure?.place ?? run?.statement?.refusal?.place;
    const begin = run && (places.current.get(run.statementId)?.from ?? editor?.state.doc.toString().indexOf(run.sql));
    if (!editor || !run || !at || begin === undefined || begin < 0) return;
    // The text has gone on since.
    if (editor.state.sliceDoc(begin, begin + run.sql.length) !== run.sql) return;
    markProblem(editor, { from: begin + at.from, to: begin + at.to });
    if (!moveTo) return;
    editor.dispatch({ selection: { anchor: begin + at.from }, scrollIntoView: true });
    editor.focus();
  };

  const runAll = async (list: readonly PlacedStatement[], fresh = false) => {
    if (!editor || isRunning) return;
    if (list.length === 0) {
      toast("There is nothing to run yet", { id: "nothing-to-run" });
      return;
    }
    const missed = list
      .flatMap(({ from, to }) => parametersIn(editor.state, from, to))
      .filter((name) => !Object.hasOwn(whole.parameters, name));
    setMissing(missed);
    if (missed.length > 0) {
      document.querySelector<HTMLInputElement>(`#${CSS.escape(`parameter-${missed[0]}`)}`)?.focus();
      return;
    }
    closeCompletion(editor);
    markProblem(editor, null);
    setRunning(true);
    places.current.clear();
    const results: string[] = [];
    for (const placed of list) {
      const used = parametersIn(editor.state, placed.from, placed.to);
      const parameters = Object.fromEntries(used.map((name) => [name, whole.parameters[name] ?? null]));
      const run = await runOne(queryClient, place, { sql: placed.sql, parameters, fresh }, (statementId) => {
        places.current.set(statementId, placed);
        results.push(statementId);
        setShown(results.length - 1);
        change({ results: [...results], cursor: editor.state.selection.main.head });
      });
      mark(run, false);
      if (run?.statement?.state !== "done") break;
    }
    setRunning(false);
  };
  const runHere = () => {
    if (!editor) return;
    const { from, to, head, empty } = editor.state.selection.main;
    const all = statementsIn(editor.state);
    if (!empty) {
      // What is selected runs as it is, also a part of a statement.
      const inside = statementsIn(editor.state).filter((each) => each.from >= from && each.to <= to);
      const text = editor.state.sliceDoc(from, to);
      const begin = from + (text.length - text.trimStart().length);
      const sql = text.replace(/[\s;]+$/, "").trim();
      void runAll(inside.length > 1 ? inside : sql === "" ? [] : [{ sql, from: begin, to: begin + sql.length }]);
      return;
    }
    const one = statementAt(all, head);
    void runAll(one ? [one] : []);
  };
  const runToCursor = () => {
    if (!editor) return;
    const { head } = editor.state.selection.main;
    void runAll(statementsIn(editor.state).filter(({ from }) => from <= head));
  };
  const format = async () => {
    if (!editor) return;
    const { from, to, empty } = editor.state.selection.main;
    const range = empty ? { from: 0, to: editor.state.doc.length } : { from, to };
    try {
      const insert = await formatSql(editor.state.sliceDoc(range.from, range.to), connection.engine);
      editor.dispatch({ changes: { ...range, insert }, userEvent: "input.format" });
    } catch {
      toast("Not formatted", { tone: "danger", description: "The text could not be read as SQL of this database." });
    }
  };
  const results = whole.results;
  const current = results[Math.min(shown, results.length - 1)];
  useCommand(workbenchCommand("run", "run", "mod+enter", runHere));
  useCommand(workbenchCommand("run-to-cursor", "run all up to the cursor", "mod+shift+enter", runToCursor));
  useCommand(
    isRunning && current !== undefined
      ? workbenchCommand("cancel", "cancel the statement", "mod+.", () => {
          void cancelRun(place.workspaceId, current).catch(showError);
        })
      : null,
  );
  useCommand(workbenchCommand("format", "format", "mod+shift+f", () => void format()));
  useCommand(workbenchCommand("save", "save", "mod+s", () => setSaving(true)));
  useCommand(
    workbenchCommand("other-half", "from the editor to the result and back", "f6", () => {
      const inResult = (selector: string) => document.querySelector<HTMLElement>(`#query-result ${selector}`);
      const result = inResult("[role=grid]") ?? inResult("[tabindex='0']");
      if (editor?.hasFocus && result) result.focus();
      else editor?.focus();
    }),
  );

  const mayWrite = !connection.readOnly && roleMay(role, "query.manage");
  return (
    <>
      <Toolbar
        isRunning={isRunning}
        onRun={runHere}
        onRunToCursor={runToCursor}
        onFormat={() => void format()}
        onSave={() => setSaving(true)}
        side={side}
        onSide={onSide}
      />
      {draft?.state === "conflict" || draft?.state === "failed" ? (
        <Callout
          tone={draft.state === "failed" ? "danger" : "warning"}
          icon={<TriangleAlert aria-hidden="true" />}
          title={draft.state === "failed" ? "Not saved" : "This tab was changed on another device"}
          className="m-2 shrink-0"
        >
          {draft.state === "failed" ? (
            draft.message
          ) : (
            <div className="mt-1.5 flex flex-wrap gap-2">
              <Button size="sm" onClick={() => keepMine(queryClient, place, tab)}>
                Keep mine
              </Button>
              <Button size="sm" onClick={() => takeTheirs(tab.id)}>
                Take theirs
              </Button>
            </div>
          )}
        </Callout>
      ) : null}
      <SplitView
        label="Height of the editor"
        lowerId="query-result"
        upper={
          <>
            <div id="query-tab" role="tabpanel" aria-label={whole.title} className="min-h-0 flex-1">
              <CodeEditor
                label={`SQL of ${whole.title}`}
                text={whole.text}
                revision={tab.version + discarded * 1_000_000}
                language="sql"
                hint="Write SQL here"
                extensions={extensions}
                onEditor={setEditor}
                onChange={(text) => change({ text })}
                onRun={({ shift }) => (shift ? runToCursor() : runHere())}
                autoFocus
              />
            </div>
            {names.length > 0 ? (
              <ParametersForm
                names={names}
                values={whole.parameters}
                missing={missing}
                onChange={(parameters) => change({ parameters })}
              />
            ) : null}
          </>
        }
        lower={
          current === undefined ? (
            <EmptyState
              icon={<Play aria-hidden="true" />}
              title="No result yet"
              description="Run the statement at the cursor. Its rows are kept for a day."
              className="my-auto"
            />
          ) : (
            <>
              {results.length > 1 ? <RunTabs results={results} current={current} onShow={setShown} /> : null}
              <Suspense>
                <ShownRun
                  key={current}
                  place={place}
                  connection={connection}
                  statementId={current}
                  onPlace={(run) => mark(run, true)}
                  onAgain={(run) => {
                    const placed = places.current.get(run.statementId);
                    void runAll([placed ?? { sql: run.sql, from: 0, to: 0 }], true);
                  }}
                  onPreview={mayWrite ? (run) => setWriting(run.sql) : null}
                />
              </Suspense>
            </>
          )
        }
      />
      {saving ? (
        <SaveDialog
          place={place}
          tab={whole}
          onSaved={(savedQueryId, title) => change({ savedQueryId, title })}
          onClose={() => setSaving(false)}
        />
      ) : null}
      {writing === null ? null : (
        <WriteDialog place={place} sql={writing} parameters={whole.parameters} onClose={() => setWriting(null)} />
      )}
    </>
  );
}

const dots: Record<string, string> = {
  done: "bg-success",
  running: "bg-accent",
  failed: "bg-danger",
  refused: "bg-warning",
  cancelled: "bg-faint",
  lost: "bg-danger",
};

/** The statements of one run. */
function RunTabs({ results, current, onShow }: { results: string[]; current: string; onShow: (at: number) => void }) {
  const runs = useRuns((state) => state.runs);
  return (
    <div
      role="tablist"
      aria-label="Results"
      className="flex h-8 shrink-0 overflow-x-auto border-b border-line bg-panel touch:h-11"
    >
      {results.map((statementId, at) => {
        const run = runs[statementId];
        const state = run?.problem === null ? (run.statement?.state ?? "running") : "failed";
        return (
          <button
            key={statementId}
            type="button"
            role="tab"
            aria-selected={statementId === current}
            onClick={() => onShow(at)}
            className={classNames(
              "flex max-w-56 shrink-0 items-center gap-1.5 border-r border-line px-3 text-xs -outline-offset-2 transition-colors",
              statementId === current ? "bg-canvas font-medium text-ink" : "text-muted hover:bg-hover",
            )}
          >
            <span aria-hidden="true" className={classNames("size-1.5 shrink-0 rounded-full", dots[state])} />
            <span className="truncate font-mono">
              {run?.sql.replaceAll(/\s+/g, " ").slice(0, 60) ?? `Result ${at + 1}`}
            </span>
          </button>
        );
      })}
    </div>
  );
}

type ShownRunProps = {
  place: Place;
  connection: Connection;
  statementId: string;
  onPlace: (run: Run, place: TextPlace) => void;
  onAgain: (run: Run) => void;
  onPreview: ((run: Run) => void) | null;
};

function ShownRun({ place, connection, statementId, onPlace, onAgain, onPreview }: ShownRunProps) {
  const { run, error } = useRun(place.workspaceId, statementId);
  if (error)
    return <p className="p-4 text-sm text-muted">This result is not kept any more. Run the statement again.</p>;
  if (!run) return <output className="p-4 text-sm text-muted">Loading the result</output>;
  return (
    <ResultView
      workspaceId={place.workspaceId}
      connection={connection}
      run={run}
      onPlace={(at) => onPlace(run, at)}
      onAgain={() => onAgain(run)}
      onPreview={onPreview ? () => onPreview(run) : null}
    />
  );
}
