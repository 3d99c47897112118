// Tidy up: layers from left to right, and long chains broken into lines as a text is.

import { groupBy } from "@/document/collections";
import { endOf, type ModelDocument, type Position } from "@/document/model";
import { layered, type Placed } from "./layered";
import { WIDTH } from "./sizes";

const BETWEEN_LAYERS = 76;
const BETWEEN_NODES = 36;
const BETWEEN_LINES = 72;
/** Width by height that a wrapped layout aims at, where the window does not say. */
const ASPECT = 1.6;
/** A graph of fewer layers stays in one line. */
const LAYERS_IN_ONE_LINE = 7;

interface Tidy {
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
  const placed = wrapped(placedOf(document, chosen, heights), aspect);
  const origin = originOf(document, chosen);
  const [left, top] = [Math.min(...placed.map((item) => item.x)), Math.min(...placed.map((item) => item.y))];
  return new Map(placed.map((item) => [item.id, [origin[0] + item.x - left, origin[1] + item.y - top]]));
}

function originOf(document: ModelDocument, ids: readonly string[]): Position {
  const places = ids.map((id) => document.components[id]?.position ?? ([0, 0] as Position));
  return [Math.min(...places.map(([x]) => x)), Math.min(...places.map(([, y]) => y))];
}

function placedOf(
  document: ModelDocument,
  ids: readonly string[],
  heights: ReadonlyMap<string, number>,
): Placed[] {
  const chosen = new Set(ids);
  const edges = document.connections
    .map(({ from, to }) => [endOf(from).component, endOf(to).component] as const)
    .filter(([from, to]) => chosen.has(from) && chosen.has(to));
  return layered(ids, edges, (id) => heights.get(id) ?? 160, BETWEEN_NODES);
}

function wrapped(placed: readonly Placed[], aspect: number): Tidy[] {
  const step = WIDTH + BETWEEN_LAYERS;
  const inOneLine = placed.map((item) => ({ ...item, x: item.layer * step }));
  const layers = [...groupBy(placed, (item) => item.layer).entries()]
    .sort(([left], [right]) => left - right)
    .map(([, items]) => items);
  if (layers.length <= LAYERS_IN_ONE_LINE) return inOneLine;
  const height =
    Math.max(...placed.map((item) => item.y + item.height)) - Math.min(...placed.map((item) => item.y));
  const perLine = Math.max(
    4,
    Math.round(Math.sqrt((layers.length * aspect * (height + BETWEEN_LINES)) / step)),
  );
  if (perLine >= layers.length) return inOneLine;
  const lines = Math.ceil(layers.length / perLine);
  const evenly = Math.ceil(layers.length / lines);
  let top = 0;
  const result: Tidy[] = [];
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
