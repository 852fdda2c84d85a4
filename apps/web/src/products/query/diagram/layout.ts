import dagre from "@dagrejs/dagre";
import Graph from "graphology";
import louvain from "graphology-communities-louvain";

export interface Box {
  /** Whose group it is laid out in. */
  group: string;
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

export interface Area extends Place {
  width: number;
  height: number;
}

export interface DiagramLayout {
  /** Upper left corners, in the order of the boxes. */
  places: Place[];
  groups: (Area & { name: string })[];
}

/** A part of the diagram with its boxes placed from (0, 0). */
interface Block {
  width: number;
  height: number;
  places: Map<number, Place>;
}

/** Dagre takes about 1 ms for each of so many boxes, and much more for each beyond; larger parts are split first. */
const mostTogether = 160;
const gap = 48;
const groupPadding = 32;
const groupTitle = 40;

/**
 * Places boxes so that related ones stand near each other, group by group. Within a group each connected part is laid out in layers
 * (dagre, network simplex replaced by tight trees); a part of more than `mostTogether` boxes is first divided into communities by Louvain's
 * method, each is laid out by itself, and then the communities as boxes of their own. Parts are packed in shelves. The same input
 * gives the same picture.
 * @param relations pairs of places in `boxes`
 */
export function layoutDiagram(boxes: readonly Box[], relations: readonly (readonly [number, number])[]): DiagramLayout {
  const groups = [...Map.groupBy(boxes.keys(), (index) => boxes[index]?.group ?? "")].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const titled = groups.length > 1;
  const blocks = groups.map(([, members]) => layoutGroup(boxes, members, relations));
  const padding = titled ? groupPadding : 0;
  const title = titled ? groupTitle : 0;
  const corners = pack(
    blocks.map(({ width, height }) => ({ width: width + 2 * padding, height: height + 2 * padding + title })),
  );
  const places: Place[] = boxes.map(() => ({ x: 0, y: 0 }));
  const areas = groups.map(([name], index) => {
    const corner = corners[index] ?? { x: 0, y: 0 };
    const {
      width,
      height,
      places: inside,
    } = blocks[index] ?? { width: 0, height: 0, places: new Map<number, Place>() };
    for (const [box, { x, y }] of inside) {
      places[box] = { x: Math.round(corner.x + padding + x), y: Math.round(corner.y + padding + title + y) };
    }
    return { name, ...corner, width: width + 2 * padding, height: height + 2 * padding + title };
  });
  return { places, groups: titled ? areas : [] };
}

function layoutGroup(
  boxes: readonly Box[],
  members: readonly number[],
  relations: readonly (readonly [number, number])[],
): Block {
  const graph = new Graph({ type: "undirected", multi: false, allowSelfLoops: false });
  for (const member of members) graph.addNode(member);
  for (const [from, to] of relations) {
    if (from !== to && graph.hasNode(from) && graph.hasNode(to)) graph.mergeEdge(from, to);
  }
  const parts = components(graph);
  const alone = parts.filter((part) => part.length === 1).flat();
  const related = parts.filter((part) => part.length > 1);
  const blocks = related.map((part) =>
    part.length <= mostTogether ? layered(boxes, part, relations) : byCommunities(boxes, part, relations, graph),
  );
  if (alone.length > 0) blocks.push(shelves(alone.map((index) => ({ index, ...sizeOf(boxes, index) }))));
  return merge(blocks);
}

const sizeOf = (boxes: readonly Box[], index: number) => {
  const { width, height } = boxes[index] ?? { width: 0, height: 0 };
  return { width, height };
};

/** The connected parts, largest first. */
function components(graph: Graph): number[][] {
  const seen = new Set<string>();
  const parts: number[][] = [];
  graph.forEachNode((start) => {
    if (seen.has(start)) return;
    seen.add(start);
    const part = [start];
    for (const node of part) {
      graph.forEachNeighbor(node, (neighbour) => {
        if (seen.has(neighbour)) return;
        seen.add(neighbour);
        part.push(neighbour);
      });
    }
    parts.push(part.map(Number));
  });
  return parts.toSorted((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
}

/** What a screen is like: a little wider than high. */
const shape = 1.7;

/** Parts up to so many boxes are tried in both directions. */
const fewBoxes = 80;

/** One connected part in layers, from left to right or, where that comes nearer to the shape of a screen, from top to bottom. */
function layered(
  boxes: readonly Pick<Box, "width" | "height">[],
  part: readonly number[],
  relations: readonly (readonly [number, number])[],
): Block {
  const across = inLayers(boxes, part, relations, "LR");
  if (part.length > fewBoxes) return across;
  const down = inLayers(boxes, part, relations, "TB");
  const misfit = ({ width, height }: Block) => Math.abs(Math.log(width / height / shape));
  return misfit(down) < misfit(across) ? down : across;
}

function inLayers(
  boxes: readonly Pick<Box, "width" | "height">[],
  part: readonly number[],
  relations: readonly (readonly [number, number])[],
  direction: "LR" | "TB",
): Block {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, ranker: "tight-tree", nodesep: gap / 2, ranksep: 2 * gap });
  graph.setDefaultEdgeLabel(() => ({}));
  const members = new Set(part);
  for (const index of part) {
    const { width, height } = boxes[index] ?? { width: 0, height: 0 };
    graph.setNode(String(index), { width, height });
  }
  for (const [from, to] of relations) {
    if (from !== to && members.has(from) && members.has(to)) graph.setEdge(String(from), String(to));
  }
  dagre.layout(graph);
  const places = new Map<number, Place>();
  for (const index of part) {
    const { x, y, width, height } = graph.node(String(index)) as Area;
    places.set(index, { x: x - width / 2, y: y - height / 2 });
  }
  return fromOrigin(boxes, places);
}

/** A large connected part: communities, each in layers, and then these as boxes of a diagram of their own. */
function byCommunities(
  boxes: readonly Box[],
  part: readonly number[],
  relations: readonly (readonly [number, number])[],
  whole: Graph,
): Block {
  const graph = new Graph({ type: "undirected" });
  for (const index of part) graph.addNode(index);
  whole.forEachEdge((_, __, from, to) => {
    if (graph.hasNode(from)) graph.mergeEdge(from, to);
  });
  const communityOf = louvain(graph, { rng: sequence() });
  const communities = [...Map.groupBy(part, (index) => communityOf[index] ?? 0).values()].flatMap((members) =>
    members.length <= mostTogether ? [members] : slices(members, mostTogether),
  );
  const blocks = communities.map((members) => layered(boxes, members, relations));
  const home = new Map(communities.flatMap((members, index) => members.map((member) => [member, index] as const)));
  const between = new Set<string>();
  for (const [from, to] of relations) {
    const a = home.get(from);
    const b = home.get(to);
    if (a !== undefined && b !== undefined && a !== b) between.add(`${a} ${b}`);
  }
  const pairs = [...between].map((pair) => pair.split(" ").map(Number) as [number, number]);
  const arranged = layered(
    blocks.map(({ width, height }) => ({ width: width + gap, height: height + gap })),
    [...blocks.keys()],
    pairs,
  );
  const places = new Map<number, Place>();
  for (const [index, block] of blocks.entries()) {
    const corner = arranged.places.get(index) ?? { x: 0, y: 0 };
    for (const [box, { x, y }] of block.places) places.set(box, { x: corner.x + x, y: corner.y + y });
  }
  return fromOrigin(boxes, places);
}

/** Random numbers that are the same each time (a linear congruential generator, constants of Numerical Recipes). */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

function fromOrigin(boxes: readonly Pick<Box, "width" | "height">[], places: Map<number, Place>): Block {
  const left = Math.min(...[...places.values()].map(({ x }) => x));
  const top = Math.min(...[...places.values()].map(({ y }) => y));
  let width = 0;
  let height = 0;
  for (const [index, place] of places) {
    place.x -= left;
    place.y -= top;
    width = Math.max(width, place.x + (boxes[index]?.width ?? 0));
    height = Math.max(height, place.y + (boxes[index]?.height ?? 0));
  }
  return { width, height, places };
}

function shelves(items: readonly { index: number; width: number; height: number }[]): Block {
  const corners = pack(items);
  const places = new Map(items.map(({ index }, at) => [index, corners[at] ?? { x: 0, y: 0 }]));
  return {
    width: Math.max(...items.map(({ width }, at) => width + (corners[at]?.x ?? 0))),
    height: Math.max(...items.map(({ height }, at) => height + (corners[at]?.y ?? 0))),
    places,
  };
}

function merge(blocks: readonly Block[]): Block {
  const [only] = blocks;
  if (blocks.length === 1 && only) return only;
  const corners = pack(blocks);
  const places = new Map<number, Place>();
  let width = 0;
  let height = 0;
  for (const [at, block] of blocks.entries()) {
    const corner = corners[at] ?? { x: 0, y: 0 };
    for (const [index, { x, y }] of block.places) places.set(index, { x: corner.x + x, y: corner.y + y });
    width = Math.max(width, corner.x + block.width);
    height = Math.max(height, corner.y + block.height);
  }
  return { width, height, places };
}

/**
 * Corners for rectangles in rows of about the same height (first fit, decreasing height: the shelf method), a little wider in all than
 * high, in the order given.
 */
function pack(items: readonly { width: number; height: number }[]): Place[] {
  const area = items.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const most = Math.max(Math.sqrt(area * shape), ...items.map(({ width }) => width));
  const order = [...items.keys()].toSorted((a, b) => (items[b]?.height ?? 0) - (items[a]?.height ?? 0) || a - b);
  const places: Place[] = [];
  let x = 0;
  let y = 0;
  let shelf = 0;
  for (const index of order) {
    const { width, height } = items[index] ?? { width: 0, height: 0 };
    if (x > 0 && x + width > most) {
      x = 0;
      y += shelf + gap;
      shelf = 0;
    }
    places[index] = { x, y };
    x += width + gap;
    shelf = Math.max(shelf, height);
  }
  return places;
}
