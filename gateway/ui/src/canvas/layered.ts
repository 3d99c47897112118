// Layers from left to right, after Sugiyama, Tagawa and Toda (1981): each component one layer behind what it needs, wires
// that pass a layer hold room in it, neighbours by the mean place of what they are wired to, and straight lines where
// nothing is in the way.

import { groupBy } from "@/document/collections";

export interface Placed {
  id: string;
  layer: number;
  /** The upper edge: heads, where the ports are, come to one height. */
  y: number;
  height: number;
}

/** A component, or the room of a wire in a layer that it passes. */
interface Item {
  id: string | null;
  layer: number;
  height: number;
  before: Item[];
  after: Item[];
  place: number;
  y: number;
}

type Edge = readonly [from: string, to: string];

const WIRE_HEIGHT = 8;
/** How much straighter a wire is kept that passes others than one between neighbours. */
const PASSING = 4;
const ORDERING_PASSES = 8;
const STRAIGHTENING_PASSES = 8;

/** Layers and heights of the ids that edges lead between; circles are cut where they close.
 *
 * Edges that end at one id are in the order of its ports, from the top.
 */
export function layered(
  ids: readonly string[],
  edges: readonly Edge[],
  heightOf: (id: string) => number,
  gap: number,
): Placed[] {
  const items = wired(ids, edges, heightOf);
  assignLayers(items);
  const all = [...items, ...roomForWires(items)];
  const byLayer = groupBy(all, (item) => item.layer);
  const layers = [...byLayer.keys()].sort((one, other) => one - other).map((key) => byLayer.get(key) ?? []);
  orderWithin(layers);
  straighten(layers, gap);
  return items.flatMap(({ id, layer, y, height }) => (id === null ? [] : [{ id, layer, y, height }]));
}

/** The components so that each follows what it needs. */
function wired(ids: readonly string[], edges: readonly Edge[], heightOf: (id: string) => number): Item[] {
  const from = groupBy(edges, ([source]) => source);
  const missing = new Map(ids.map((id) => [id, 0]));
  for (const [, to] of edges) missing.set(to, (missing.get(to) ?? 0) + 1);
  const found = new Map<string, Item>();
  const ready = ids.filter((id) => missing.get(id) === 0);
  const rest = new Set(ids);
  while (rest.size) {
    const [first = ""] = rest;
    const id = ready.shift() ?? first;
    if (!rest.delete(id)) continue;
    found.set(id, { id, layer: 0, height: heightOf(id), before: [], after: [], place: found.size, y: 0 });
    for (const [, to] of from.get(id) ?? []) {
      const count = (missing.get(to) ?? 0) - 1;
      missing.set(to, count);
      if (count === 0) ready.push(to);
    }
  }
  for (const [source, target] of edges) {
    const [one, other] = [found.get(source), found.get(target)];
    if (!one || !other || one.place >= other.place) continue;
    one.after.push(other);
    other.before.push(one);
  }
  return [...found.values()];
}

function assignLayers(items: readonly Item[]): void {
  for (const item of items) item.layer = Math.max(0, ...item.before.map(({ layer }) => layer + 1));
  // What more needs than it needs itself moves to them: wires get shorter.
  for (const item of items.toReversed())
    if (item.before.length < item.after.length)
      item.layer = Math.min(...item.after.map(({ layer }) => layer)) - 1;
}

function roomForWires(items: readonly Item[]): Item[] {
  const rooms: Item[] = [];
  for (const item of items)
    item.after = item.after.map((target) => {
      let last = item;
      for (let layer = item.layer + 1; layer < target.layer; layer += 1) {
        const room: Item = { ...item, id: null, layer, height: WIRE_HEIGHT, before: [last], after: [] };
        if (last !== item) last.after = [room];
        rooms.push(room);
        last = room;
      }
      if (last === item) return target;
      last.after = [target];
      target.before[target.before.indexOf(item)] = last;
      return rooms[rooms.length - (target.layer - item.layer - 1)] ?? target;
    });
  return rooms;
}

function orderWithin(layers: Item[][]): void {
  const number = (layer: Item[]) =>
    layer.forEach((item, index) => {
      item.place = index;
    });
  for (const layer of layers) number(layer.sort((one, other) => one.place - other.place));
  let fewest = crossings(layers);
  let best = layers.map((layer) => [...layer]);
  for (let pass = 0; pass < ORDERING_PASSES && fewest > 0; pass += 1) {
    const side = pass % 2 ? "after" : "before";
    for (const layer of side === "before" ? layers : layers.toReversed()) {
      const means = new Map(layer.map((item) => [item, mean(item, side, "place")]));
      number(layer.sort((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0)));
    }
    const count = crossings(layers);
    if (count >= fewest) continue;
    fewest = count;
    best = layers.map((layer) => [...layer]);
  }
  best.forEach((layer, index) => {
    number(layer);
    layers[index] = layer;
  });
}

function crossings(layers: readonly Item[][]): number {
  let count = 0;
  for (const layer of layers) {
    const wires = layer.flatMap((item) =>
      item.after.map((other) => [item.place, portOf(item, other)] as const),
    );
    for (const [from, to] of wires)
      for (const [otherFrom, otherTo] of wires) if (from < otherFrom && to > otherTo) count += 1;
  }
  return count;
}

/** Where a wire ends, among the places of its layer: the ports of a component share the room of its place. */
function portOf(item: Item, target: Item): number {
  return target.place + target.before.indexOf(item) / target.before.length;
}

function straighten(layers: readonly Item[][], gap: number): void {
  for (const layer of layers) {
    const height = layer.reduce((sum, item) => sum + item.height + gap, -gap);
    let top = -height / 2;
    for (const item of layer) {
      item.y = top;
      top += item.height + gap;
    }
  }
  for (let pass = 0; pass < STRAIGHTENING_PASSES; pass += 1) {
    for (const layer of layers.toReversed()) settle(layer, "after", gap);
    for (const layer of layers) settle(layer, "before", gap);
  }
  for (const item of layers.flat()) item.y = Math.round(item.y);
}

/** Bring each item as near to its neighbours on one side as the order and the gaps allow, by least squares. */
function settle(layer: readonly Item[], side: "before" | "after", gap: number): void {
  let offset = 0;
  const blocks: { sum: number; weight: number; items: [Item, number][] }[] = [];
  for (const item of layer) {
    const wished = mean(item, side, "y");
    const weight = item[side].length ? weightOf(item) : 0.05;
    let block = { sum: (wished - offset) * weight, weight, items: [[item, offset] as [Item, number]] };
    // Those that would overlap share the mean of their wishes (pool adjacent violators).
    for (
      let last = blocks.at(-1);
      last && last.sum / last.weight >= block.sum / block.weight;
      last = blocks.at(-1)
    ) {
      blocks.pop();
      block = {
        sum: last.sum + block.sum,
        weight: last.weight + block.weight,
        items: [...last.items, ...block.items],
      };
    }
    blocks.push(block);
    offset += item.height + gap;
  }
  for (const { sum, weight, items } of blocks)
    for (const [item, above] of items) item.y = sum / weight + above;
}

const weightOf = ({ id }: Item): number => (id === null ? PASSING : 1);

/** The mean of an item's neighbours on one side; its own value where it has none. */
function mean(item: Item, side: "before" | "after", key: "y" | "place"): number {
  let [sum, weight] = [0, 0];
  for (const other of item[side]) {
    sum += (key === "place" && side === "after" ? portOf(item, other) : other[key]) * weightOf(other);
    weight += weightOf(other);
  }
  return weight ? sum / weight : item[key];
}
