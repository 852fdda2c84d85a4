import { routeUrl } from "@mindmesh/client";
import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import { statementRoutes, type ResultBlock } from "@mindmesh/contracts/query/statements";
import { askWorker } from "./ask-worker.ts";
import type { ColumnFigures } from "./column-statistics.ts";
import type { ShownRow, ViewAsk } from "./result-store.ts";

const pageRows = 100;
/** Pages of rows that are drawn without asking; a few screens around what is looked at. */
const pagesAtHand = 60;

export type ResultSource = ReturnType<typeof openResult>;

/**
 * The rows of a result for a grid: what is near is at hand, the rest comes from the worker, which asks the server. Memory is the
 * same for a thousand rows and for a million.
 */
export function openResult(place: { workspaceId: string; statementId: string }, columns: ResultColumn[]) {
  const { statementId: result } = place;
  const pages = new Map<number, ShownRow[] | "coming">();
  const listeners = new Set<() => void>();
  let revision = 0;
  let starts: number[] = [];
  let allRows = 0;
  let failure: string | null = null;
  let view: ViewAsk = { sort: null, filters: [] };
  let viewRows: number | null = null;
  let arranging: number | null = null;
  const url = routeUrl(statementRoutes.getStatement, { params: place });
  const changed = () => {
    revision += 1;
    for (const listener of listeners) listener();
  };
  const failed = (error: unknown) => {
    failure = (error as Error).message;
    changed();
  };
  askWorker({ ask: "open", result, columns, blocksUrl: `${url}/blocks`, picksUrl: `${url}/picked-rows` }).catch(failed);

  async function load(page: number): Promise<void> {
    pages.set(page, "coming");
    try {
      const rows = await askWorker<ShownRow[]>({
        ask: "rows",
        result,
        from: page * pageRows,
        to: (page + 1) * pageRows,
      });
      if (pages.get(page) !== "coming") return;
      pages.set(page, rows);
      for (const old of pages.keys()) {
        if (pages.size <= pagesAtHand) break;
        if (old !== page && pages.get(old) !== "coming") pages.delete(old);
      }
      changed();
    } catch (error) {
      pages.delete(page);
      failed(error);
    }
  }

  return {
    columns,
    statementId: result,
    workspaceId: place.workspaceId,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    /** Another number whenever something that is drawn has changed. */
    revision: () => revision,
    state: () => ({ rows: viewRows ?? allRows, allRows, view, arranging, failure }),
    /** More of the result is there; `first` are rows that came with the answer itself. */
    grow(firstRows: number[], rows: number, first: ResultBlock | null): void {
      if (first && pages.size === 0 && view.sort === null && view.filters.length === 0) {
        for (
          let at = 0;
          at + pageRows <= first.rows.length || (at === 0 && first.rows.length === rows);
          at += pageRows
        ) {
          pages.set(
            at / pageRows,
            first.rows.slice(at, at + pageRows).map((cells, index) => ({
              row: at + index,
              cells,
              cut: first.cuts.filter((cut) => cut.row === at + index).map(({ column }) => column),
            })),
          );
        }
      }
      const before = allRows;
      starts = firstRows;
      allRows = rows;
      // The page at the end was not full.
      const last = Math.floor(before / pageRows);
      if (before < rows && before % pageRows !== 0 && viewRows === null) pages.delete(last);
      askWorker({ ask: "grow", result, starts, rows }).catch(failed);
      changed();
    },
    /** A row of the view, if it is at hand. */
    row(at: number): ShownRow | undefined {
      const page = pages.get(Math.floor(at / pageRows));
      return page === "coming" ? undefined : page?.[at % pageRows];
    },
    /** Says what is looked at: what is missing of it is fetched. */
    want(from: number, to: number): void {
      const rows = viewRows ?? allRows;
      for (let page = Math.floor(from / pageRows); page <= Math.floor(to / pageRows); page += 1) {
        const isMissing = page * pageRows < rows && !pages.has(page);
        if (isMissing && arranging === null && failure === null) void load(page);
      }
    },
    /** Asks again for what could not be fetched. */
    retry(): void {
      failure = null;
      changed();
    },
    /** Rows of the view, for copying. */
    rows: (from: number, to: number) => askWorker<ShownRow[]>({ ask: "rows", result, from, to }),
    /** Sorts and filters all rows. */
    async arrange(wanted: ViewAsk): Promise<void> {
      view = wanted;
      arranging = 0;
      failure = null;
      changed();
      try {
        const rows = await askWorker<number | null>({ ask: "arrange", result, view: wanted }, (share) => {
          if (view !== wanted) return;
          arranging = share;
          changed();
        });
        if (view !== wanted || rows === null) return;
        viewRows = wanted.sort === null && wanted.filters.length === 0 ? null : rows;
        pages.clear();
        arranging = null;
        changed();
      } catch (error) {
        arranging = null;
        failed(error);
      }
    },
    figures: (column: number, progress: (share: number) => void) =>
      askWorker<ColumnFigures>({ ask: "figures", result, column }, progress),
    close: () => void askWorker({ ask: "close", result }).catch(() => undefined),
  };
}
