// What is seen from far away, and what of it lies under the pointer. No React and no browser in here.

import { type Box, boxOf } from "../boxes";
import type { CanvasEdge, CanvasNode, ComponentNodeType } from "../nodes";
import { WIDTH } from "../sizes";
import type { Ends } from "../wirePath";
import { distanceTo } from "./distance";

export interface FarWire {
  edge: CanvasEdge;
  ends: Ends;
}

export interface Scene {
  /** The components from the lowest to the topmost: what is selected lies above the others. */
  components: ComponentNodeType[];
  wires: FarWire[];
}

export function sceneOf(nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]): Scene {
  const all = nodes.filter((node): node is ComponentNodeType => node.type === "component");
  const byId = new Map(all.map((node) => [node.id, node]));
  const components = all.filter((node) => !node.selected);
  if (components.length < all.length) components.push(...all.filter((node) => node.selected));
  const wires = edges.flatMap((edge) => {
    const [source, target] = [byId.get(edge.source), byId.get(edge.target)];
    return source && target ? [{ edge, ends: endsOf(edge, source, target) }] : [];
  });
  return { components, wires };
}

/** The id of the topmost component at a point, else the key of the nearest wire in reach. */
export function thingAt(scene: Scene, x: number, y: number, reach: number): string | null {
  for (let index = scene.components.length - 1; index >= 0; index -= 1) {
    const node = scene.components[index];
    if (node && contains(boxOf(node), x, y)) return node.id;
  }
  let nearest: string | null = null;
  let within = reach;
  for (const { edge, ends } of scene.wires) {
    const distance = distanceTo(ends, [x, y], within);
    if (distance > within) continue;
    nearest = edge.id;
    within = distance;
  }
  return nearest;
}

/** The components that lie wholly in a box. */
export function componentsIn({ components }: Scene, box: Box): string[] {
  const inside = ({ position, width = WIDTH, height = 0 }: ComponentNodeType) =>
    contains(box, position.x, position.y) && contains(box, position.x + width, position.y + height);
  return components.filter(inside).map(({ id }) => id);
}

function contains({ x, y, width, height }: Box, px: number, py: number): boolean {
  return px >= x && px <= x + width && py >= y && py <= y + height;
}

function endsOf(edge: CanvasEdge, source: ComponentNodeType, target: ComponentNodeType): Ends {
  const [from, to] = [
    portOf(source, "source", edge.sourceHandle),
    portOf(target, "target", edge.targetHandle),
  ];
  return { sourceX: from.x + from.width, sourceY: from.y, targetX: to.x, targetY: to.y };
}

/** A port from its left edge, at half its height. */
function portOf({ position, handles }: ComponentNodeType, type: string, id: string | null | undefined) {
  const found = handles?.find((handle) => handle.type === type && handle.id === id);
  const { x = 0, y = 0, width = 0, height = 0 } = found ?? {};
  return { x: position.x + x, y: position.y + y + height / 2, width };
}
