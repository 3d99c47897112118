// Tidy up: layers from left to right by dagre, and long chains broken into lines as a text is.

import { layout as dagre, Graph } from "@dagrejs/dagre";
import { groupBy } from "@/document/collections";
import { endOf, type ModelDocument, type Position } from "@/document/model";
import { WIDTH } from "./sizes";

const BETWEEN_LAYERS = 76;
const BETWEEN_NODES = 36;
const BETWEEN_LINES = 72;
/** Width by height that a wrapped layout aims at, where the window does not say. */
const ASPECT = 1.6;
/** A graph of fewer layers stays in one line. */
const LAYERS_IN_ONE_LINE = 7;

interface Placed {
  id: string;
  x: number;
  y: number;
  height: number;
}

/** Places for components; those that are not named keep theirs. The top left stays where it was. */
export function layout(
  document: ModelDocument,
  heights: ReadonlyMap<string, number>,
  ids?: ReadonlySet<string>,
  aspect = ASPECT,
): Map<string, Position> {
  const chosen = Object.keys(document.components).filter((id) => !ids || ids.has(id));
  const placed = wrapped(layered(document, chosen, heights), aspect);
  const origin = originOf(document, chosen);
  const [left, top] = [Math.min(...placed.map((item) => item.x)), Math.min(...placed.map((item) => item.y))];
  return new Map(placed.map((item) => [item.id, [origin[0] + item.x - left, origin[1] + item.y - top]]));
}

function originOf(document: ModelDocument, ids: readonly string[]): Position {
  const places = ids.map((id) => document.components[id]?.position ?? ([0, 0] as Position));
  return [Math.min(...places.map(([x]) => x)), Math.min(...places.map(([, y]) => y))];
}

function layered(
  document: ModelDocument,
  ids: readonly string[],
  heights: ReadonlyMap<string, number>,
): Placed[] {
  const graph = new Graph();
  graph.setGraph({
    rankdir: "LR",
    nodesep: BETWEEN_NODES,
    ranksep: BETWEEN_LAYERS,
    ranker: "network-simplex",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const chosen = new Set(ids);
  for (const id of ids) graph.setNode(id, { width: WIDTH, height: heights.get(id) ?? 160 });
  for (const { from, to } of document.connections) {
    const [source, target] = [endOf(from).component, endOf(to).component];
    if (chosen.has(source) && chosen.has(target)) graph.setEdge(source, target);
  }
  dagre(graph);
  return ids.map((id) => {
    const { x, y, height } = graph.node(id) as { x: number; y: number; height: number };
    return { id, x: x - WIDTH / 2, y: y - height / 2, height };
  });
}

function wrapped(placed: Placed[], aspect: number): Placed[] {
  const layers = [...groupBy(placed, (item) => Math.round(item.x)).entries()]
    .sort(([left], [right]) => left - right)
    .map(([, items]) => items);
  if (layers.length <= LAYERS_IN_ONE_LINE) return placed;
  const height =
    Math.max(...placed.map((item) => item.y + item.height)) - Math.min(...placed.map((item) => item.y));
  const step = WIDTH + BETWEEN_LAYERS;
  const perLine = Math.max(
    4,
    Math.round(Math.sqrt((layers.length * aspect * (height + BETWEEN_LINES)) / step)),
  );
  if (perLine >= layers.length) return placed;
  const lines = Math.ceil(layers.length / perLine);
  const evenly = Math.ceil(layers.length / lines);
  let top = 0;
  const result: Placed[] = [];
  for (let line = 0; line < lines; line += 1) {
    const members = layers.slice(line * evenly, (line + 1) * evenly);
    const first = Math.min(...members.flat().map((item) => item.y));
    members.forEach((layer, column) => {
      for (const item of layer) result.push({ ...item, x: column * step, y: top + item.y - first });
    });
    top = Math.max(...result.map((item) => item.y + item.height)) + BETWEEN_LINES;
  }
  return result;
}
