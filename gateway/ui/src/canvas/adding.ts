// Adding a component: under a free name, with defaults that the server will suggest, and connected to what asked for it.

import type { ComponentType, Workspace } from "@/app/workspace";
import { addComponent, all, connect, type Edit, insertOnWire, move } from "@/document/edits";
import {
  type Component,
  type Connection,
  endOf,
  freeId,
  type Json,
  type ModelDocument,
  type Position,
  type Values,
} from "@/document/model";
import { text } from "@/text/text";
import { closesCircle, type Dangling, descendants, fits, inputsOf, outputsOf } from "./ports";
import { heightOf, WIDTH } from "./sizes";
import { heightsOf } from "./tidy";

export interface Place {
  position: Position;
  /** Where somebody pointed; a place that was only reckoned gives way to what lies there. */
  pointed: boolean;
}

/** Add a component and select it.
 *
 * Returns its id.
 */
export function addType(
  workspace: Workspace,
  type: ComponentType,
  { position, pointed }: Place,
  from: Dangling | null = null,
): string {
  const { store, view } = workspace;
  const id = freeId(Object.keys(store.document.components), stemOf(type));
  const component: Component = { type: type.type, settings: required(workspace, type) };
  const shape = { inputs: inputsOf(type, component, []), outputs: outputsOf(type, component, []) };
  const height = heightOf({ ...shape, collapsed: false });
  const [x, y] = pointed ? position : clear(workspace, position, height);
  component.position = [Math.round(x), Math.round(y)];
  const edits: Edit[] = [addComponent(id, component)];
  const wire = from && wireTo(type, id, from);
  if (wire) edits.push(connect(wire));
  store.edit({ label: text("edit.add", { id }) }, all(...edits));
  view.setState({ selection: new Set([id]), wires: new Set() });
  return id;
}

/** A short name for ids: `conv` would be guessing, so it is the first word of the type. */
function stemOf(type: ComponentType): string {
  return type.type.split(".")[1]?.replaceAll("_", "") ?? "component";
}

/** Values for settings without a default: a data component without a column would be an error at once. */
function required(workspace: Workspace, type: ComponentType): Values {
  const names = (type.settings_schema["required"] as string[] | undefined) ?? [];
  const features = Object.keys(workspace.store.document.dataset?.features ?? {});
  const used = new Set(
    Object.values(workspace.store.document.components).map((item) => item.settings["feature"]),
  );
  const feature = features.find((name) => !used.has(name)) ?? features[0];
  const values: [string, Json][] = names.flatMap((name) =>
    name === "feature" && feature ? [[name, feature]] : [],
  );
  return Object.fromEntries(values);
}

function wireTo(type: ComponentType, id: string, from: Dangling): Connection | null {
  const near = `${from.component}.${from.port}`;
  if (from.side === "source") {
    const port = type.inputs[0]?.name;
    return port ? { from: near, to: `${id}.${port}` } : null;
  }
  const port = type.outputs[0]?.name;
  return port ? { from: `${id}.${port}`, to: near } : null;
}

/** The types that a wire which hangs in the air can be connected to. */
export function typesFor(workspace: Workspace, from: Dangling | null): ComponentType[] {
  const types = [...workspace.types.values()];
  if (!from) return types;
  if (from.side === "target") return types.filter((type) => type.outputs.length > 0);
  const spec = workspace.live.get(from.component).outputs[from.port];
  return types.filter((type) => type.inputs.some((port) => fits(port, spec)));
}

/** Whether a component can be put into a wire: it stands alone, and has an input and an output. */
export function canInsert(workspace: Workspace, id: string, wire: Connection): boolean {
  const { document } = workspace.store;
  const type = workspace.types.get(document.components[id]?.type ?? "");
  if (!type?.inputs.length || !type.outputs.length) return false;
  const wired = document.connections.some(
    ({ from, to }) => from.startsWith(`${id}.`) || to.startsWith(`${id}.`),
  );
  return !wired && !closesCircle(document, wire.from.split(".")[0] ?? "", id);
}

/** Put a component into a wire, and lay it between the two ends, with room for it. */
export function insert(workspace: Workspace, id: string, wire: Connection): Edit {
  const { document } = workspace.store;
  const type = workspace.types.get(document.components[id]?.type ?? "");
  const wired = insertOnWire(wire, id, type?.inputs[0]?.name ?? "input", type?.outputs[0]?.name ?? "output");
  return all(wired, move(roomFor(document, id, wire)));
}

/** Where a component goes that is put into a wire, and where those go that must make room for it. */
function roomFor(document: ModelDocument, id: string, wire: Connection): Map<string, Position> {
  const placeOf = (name: string): Position => document.components[name]?.position ?? [0, 0];
  const target = endOf(wire.to).component;
  const [left, top] = placeOf(endOf(wire.from).component);
  const [right, level] = placeOf(target);
  const places = new Map<string, Position>([[id, [left + STEP, top]]]);
  const missing = left + 2 * STEP - right;
  // An end on another line of a wrapped layout needs no more room.
  if (missing <= 0 || right <= left) return places;
  for (const name of [target, ...descendants(document.connections, target)]) {
    const [x, y] = placeOf(name);
    if (x >= right && Math.abs(y - level) < SAME_LINE) places.set(name, [x + missing, y]);
  }
  return places;
}

const STEP = WIDTH + 76;
const SAME_LINE = 220;

/** The place, or the nearest below it where nothing lies yet. */
function clear(workspace: Workspace, [x, y]: Position, height: number): Position {
  const { document } = workspace.store;
  const heights = heightsOf(document, workspace.types);
  const column = Object.entries(document.components)
    .map(([id, { position: [left, top] = [0, 0] as Position }]) => ({
      left,
      top,
      bottom: top + (heights.get(id) ?? 0),
    }))
    .filter(({ left }) => Math.abs(left - x) < WIDTH)
    .toSorted((one, other) => one.top - other.top);
  let free = y;
  for (const { top, bottom } of column) if (top < free + height && bottom > free) free = bottom + ROOM;
  return [x, free];
}

const ROOM = 24;
