import "@xyflow/react/dist/base.css";
import type { Connection } from "@mindmesh/contracts/query/connections";
import type { Diagram, DiagramArrangement } from "@mindmesh/contracts/query/diagram";
import { confirm, toast } from "@mindmesh/ui";
import { applyNodeChanges, ReactFlow, useReactFlow, useStore, type NodeChange } from "@xyflow/react";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useState, type MouseEvent } from "react";
import { readColours } from "./colours.ts";
import { DiagramToolbar } from "./diagram-toolbar.tsx";
import { drawnOf, type Drawn, type DrawnTable } from "./drawn.ts";
import { boundsOf, pathBetween, selectTables, tableKey, tablesWithColumns, type ColumnMode } from "./model.ts";
import { diagramExportUrl } from "./queries.ts";
import { TableCard } from "./table-card.tsx";
import { TableNode, type TableNodeType } from "./table-node.tsx";
import { toPng, toSvg } from "./to-svg.ts";
import { Underlay } from "./underlay.tsx";
import { useArrangement } from "./use-arrangement.ts";
import { useLayout } from "./use-layout.ts";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");
const nodeTypes = { table: TableNode };
/** Below this zoom, and with more tables than this, they are drawn as a picture: nobody could read their columns. */
const overviewBelow = 0.4;
const fewTables = 120;
const zoomBounds = { minZoom: 0.01, maxZoom: 2 };
const noTables: TableNodeType[] = [];

type DiagramViewProps = { workspaceId: string; connection: Connection; diagram: Diagram; kept: DiagramArrangement };

/** The drawing with its tools. What is looked at stands in the address, where tables were put on the server. */
export function DiagramView({ workspaceId, connection, diagram, kept }: DiagramViewProps) {
  const { table: chosenKey, to: targetKey, view } = route.useSearch();
  const navigate = route.useNavigate();
  const look = (search: { table?: string; to?: string; view?: string }) => void navigate({ search, replace: true });
  const [mode, setMode] = useState<ColumnMode>(diagram.tables.length > tablesWithColumns ? "keys" : "all");
  const [schema, setSchema] = useState<string | null>(null);
  const arrange = useArrangement(workspaceId, connection.id);
  const places = useMemo(() => new Map(diagram.tables.map((table, index) => [tableKey(table), index])), [diagram]);
  const chosen = chosenKey === undefined ? undefined : places.get(chosenKey);
  const target = targetKey === undefined ? undefined : places.get(targetKey);
  const middle = view === "neighbours" ? chosen : undefined;
  const alone = middle !== undefined;

  const hidden = useMemo(() => new Set(kept.hidden), [kept.hidden]);
  const selection = useMemo(
    () => selectTables(diagram, { hidden, schema, focus: middle === undefined ? null : { table: middle, depth: 1 } }),
    [diagram, hidden, schema, middle],
  );
  const { laidOut, busy } = useLayout(diagram, selection, mode);
  const drawn = useMemo(
    () => (laidOut ? drawnOf(diagram, laidOut, alone ? {} : kept.positions) : null),
    [diagram, laidOut, alone, kept.positions],
  );
  const path = useMemo(
    () => (chosen === undefined || target === undefined ? undefined : pathBetween(diagram, chosen, target)),
    [diagram, chosen, target],
  );
  const lit = useMemo(() => litTables(diagram, chosen, path), [diagram, chosen, path]);
  const keyOf = (index: number) => {
    const table = diagram.tables[index];
    return table ? tableKey(table) : "";
  };
  const camera = useView(drawn);
  // A newly arranged drawing is shown whole, or its chosen table in the middle.
  const selectionShown = laidOut?.layout;
  useEffect(() => {
    if (selectionShown) camera.show(alone ? undefined : chosen);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only when another arrangement comes
  }, [selectionShown]);

  const choose = (index: number) => {
    look({ table: keyOf(index) });
    camera.centre(index);
  };
  const exportAs = (format: "svg" | "png" | "dbml" | "mermaid" | "sql") => {
    if (format === "dbml" || format === "mermaid" || format === "sql") {
      save(diagramExportUrl({ workspaceId, connectionId: connection.id }, format), "");
    } else if (drawn) void savePicture(drawn, format, connection.name);
  };
  const arrangeAnew = async () => {
    const moved = Object.keys(kept.positions).length;
    const sure =
      moved === 0 ||
      (await confirm({
        title: "Arrange anew?",
        description: "Tables that you have moved go back to where the arrangement puts them.",
        confirmLabel: "Arrange anew",
      }));
    if (sure) arrange((before) => ({ ...before, positions: {} }));
    if (sure) camera.show(undefined);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <DiagramToolbar
        diagram={diagram}
        shown={selection.tables.length}
        hidden={kept.hidden.length}
        busy={busy}
        mode={mode}
        schema={schema}
        onMode={setMode}
        onSchema={setSchema}
        onFind={choose}
        onShowHidden={() => arrange((before) => ({ ...before, hidden: [] }))}
        onArrange={() => void arrangeAnew()}
        onFit={() => camera.show(undefined)}
        onZoom={camera.zoom}
        onExport={exportAs}
      />
      <div className="relative min-h-0 flex-1 bg-canvas">
        {drawn ? (
          <Flow
            drawn={drawn}
            chosen={chosen}
            lit={lit}
            onChoose={(index) => (index === undefined ? look({}) : look({ table: keyOf(index) }))}
            onMoved={(moved) => {
              if (!alone) arrange((before) => ({ ...before, positions: { ...before.positions, ...moved } }));
            }}
          />
        ) : null}
        {chosen === undefined ? null : (
          <TableCard
            workspaceId={workspaceId}
            connectionId={connection.id}
            diagram={diagram}
            table={chosen}
            path={path}
            alone={alone}
            onClose={() => look({})}
            onAlone={(next) => look({ table: keyOf(chosen), ...(next && { view: "neighbours" }) })}
            onPathTo={(index) => look({ table: keyOf(chosen), ...(index !== null && { to: keyOf(index) }) })}
            onHide={() => {
              arrange((before) => ({ ...before, hidden: [...before.hidden, keyOf(chosen)] }));
              look({});
            }}
          />
        )}
      </div>
    </div>
  );
}

/** The tables of a path, or the chosen one with those that it is related to; null when nothing is chosen. */
function litTables(diagram: Diagram, chosen: number | undefined, path: number[] | null | undefined) {
  if (chosen === undefined) return null;
  if (path) return new Set(path);
  const around = diagram.relations.flatMap(({ from, to }) => (from === chosen ? [to] : to === chosen ? [from] : []));
  return new Set([chosen, ...around]);
}

function useView(drawn: Drawn | null) {
  const flow = useReactFlow();
  const centre = (index: number) => {
    const table = drawn?.byIndex.get(index);
    if (!table) return;
    const zoom = Math.max(0.8, flow.getZoom());
    void flow.setCenter(table.x + table.width / 2, table.y + table.height / 2, { zoom });
  };
  return {
    centre,
    show(index: number | undefined) {
      if (index !== undefined) return centre(index);
      const bounds = boundsOf([...(drawn?.tables ?? []), ...(drawn?.groups ?? [])]);
      if (bounds) void flow.fitBounds(bounds, { padding: 0.05 });
    },
    zoom: (by: 1 | -1) => void (by === 1 ? flow.zoomIn() : flow.zoomOut()),
  };
}

type FlowProps = {
  drawn: Drawn;
  chosen: number | undefined;
  lit: ReadonlySet<number> | null;
  onChoose: (index: number | undefined) => void;
  onMoved: (moved: DiagramArrangement["positions"]) => void;
};

function Flow({ drawn, chosen, lit, onChoose, onMoved }: FlowProps) {
  const far = useStore((state) => state.transform[2] < overviewBelow);
  const overview = far && drawn.tables.length > fewTables;
  const wanted = useMemo(
    () => (overview ? noTables : drawn.tables.map((table) => nodeOf(table, drawn.mode, chosen, lit))),
    [overview, drawn, chosen, lit],
  );
  // React Flow tells of sizes and of places while one is dragged; until something else is to be drawn these are kept.
  const [changed, setChanged] = useState({ wanted, nodes: wanted });
  const nodes = changed.wanted === wanted ? changed.nodes : wanted;
  const onNodesChange = (changes: NodeChange<TableNodeType>[]) =>
    setChanged({ wanted, nodes: applyNodeChanges(changes, nodes) });
  const shown = useMemo(() => (nodes === wanted ? drawn : withPlaces(drawn, nodes)), [nodes, wanted, drawn]);
  const { screenToFlowPosition } = useReactFlow();
  const chooseAt = ({ clientX, clientY }: MouseEvent) => {
    const { x, y } = screenToFlowPosition({ x: clientX, y: clientY });
    const hit = overview
      ? drawn.tables.findLast(
          (table) => x >= table.x && x <= table.x + table.width && y >= table.y && y <= table.y + table.height,
        )
      : undefined;
    onChoose(hit?.index);
  };
  return (
    <ReactFlow
      nodes={nodes}
      nodeTypes={nodeTypes}
      onNodesChange={onNodesChange}
      onNodeClick={(_, node) => onChoose(Number(node.id))}
      onNodeDragStop={(_, __, dragged) =>
        onMoved(
          Object.fromEntries(
            dragged.map(({ data, position }) => [
              tableKey(data.table),
              { x: Math.round(position.x), y: Math.round(position.y) },
            ]),
          ),
        )
      }
      onPaneClick={chooseAt}
      onlyRenderVisibleElements
      nodesConnectable={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      panOnScroll
      zoomOnDoubleClick={false}
      proOptions={{ hideAttribution: true }}
      {...zoomBounds}
      aria-label="Diagram of the schema"
    >
      <Underlay drawn={shown} overview={overview} lit={lit} />
    </ReactFlow>
  );
}

function nodeOf(
  { index, table, x, y, width, height }: DrawnTable,
  mode: ColumnMode,
  chosen: number | undefined,
  lit: ReadonlySet<number> | null,
): TableNodeType {
  return {
    id: String(index),
    type: "table",
    position: { x, y },
    width,
    height,
    selected: index === chosen,
    ariaLabel: `Table ${table.name}`,
    data: { table, mode, tone: lit === null ? "plain" : lit.has(index) ? "lit" : "dim" },
  };
}

/** The drawing while tables are dragged: lines follow. */
function withPlaces(drawn: Drawn, nodes: readonly TableNodeType[]): Drawn {
  const places = new Map(nodes.map(({ id, position }) => [Number(id), position]));
  const tables = drawn.tables.map((table) => ({ ...table, ...places.get(table.index) }));
  return { ...drawn, tables, byIndex: new Map(tables.map((table) => [table.index, table])) };
}

async function savePicture(drawn: Drawn, format: "svg" | "png", name: string) {
  const picture = toSvg(drawn, readColours());
  try {
    const blob = format === "svg" ? new Blob([picture.svg], { type: "image/svg+xml" }) : await toPng(picture);
    const url = URL.createObjectURL(blob);
    save(url, `${name}.${format}`);
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch {
    toast("The picture is too large for this browser. Export SVG, or hide some tables.", { tone: "danger" });
  }
}

function save(address: string, name: string) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
