// From the document to what React Flow draws. What has not changed is the same object as before, and not drawn again.

import { type Edge, type Node, type NodeHandle, Position as Side } from "@xyflow/react";
import type { ComponentType } from "@/app/workspace";
import {
  type Component,
  type Connection,
  connectionKey,
  endOf,
  type Group,
  type ModelDocument,
  type Note,
  type Position,
} from "@/document/model";
import { inputsOf, outputsOf, type PortView, wiringOf } from "./ports";
import { heightOf, PORT, portTop, WIDTH } from "./sizes";

export interface ComponentData extends Record<string, unknown> {
  component: Component;
  type: ComponentType | undefined;
  inputs: PortView[];
  outputs: PortView[];
}

export type ComponentNodeType = Node<ComponentData, "component">;
export type NoteNodeType = Node<{ note: Note }, "note">;
export type GroupNodeType = Node<{ group: Group }, "group">;
export type CanvasNode = ComponentNodeType | NoteNodeType | GroupNodeType;
export type CanvasEdge = Edge<Record<string, never>, "wire">;

const GROUP_MARGIN = 20;
const GROUP_TITLE = 28;

interface Known {
  component: Component;
  ports: string;
  node: ComponentNodeType;
}

/** The ports in use of each component, and both sides as one word: whether they are others can be told quickly. */
interface Wiring {
  inputs: string[];
  outputs: string[];
  word: string;
}

const UNWIRED: Wiring = { inputs: [], outputs: [], word: ">" };

export class NodeMaker {
  private readonly known = new Map<string, Known>();
  private readonly edges = new Map<string, { connection: Connection; edge: CanvasEdge }>();
  private wiring: { of: readonly Connection[]; ports: Map<string, Wiring> } | null = null;
  private readonly others = new Map<string, { source: unknown; node: NoteNodeType | GroupNodeType }>();

  constructor(private readonly types: ReadonlyMap<string, ComponentType>) {}

  /** The nodes of a document.
   *
   * `moving` has places that a drag has not put into the document yet; only what is `awake` becomes an element of the
   * page, or everything where that is null.
   */
  nodes(
    document: ModelDocument,
    selection: ReadonlySet<string>,
    moving: ReadonlyMap<string, Position> | null,
    awake: ReadonlySet<string> | null = null,
  ): CanvasNode[] {
    const wiring = this.wiringOf(document.connections);
    const nodes = Object.entries(document.components).map(([id, component]) =>
      this.component(id, component, wiring.get(id) ?? UNWIRED, {
        place: moving?.get(id) ?? component.position ?? [0, 0],
        selected: selection.has(id),
        hidden: awake !== null && !awake.has(id),
      }),
    );
    const boxes = new Map(nodes.map((node) => [node.id, node]));
    const groups = (document.groups ?? []).flatMap((group) =>
      this.group(group, boxes, selection.has(group.id)),
    );
    const notes = (document.notes ?? []).map((note) =>
      this.note(note, moving?.get(note.id) ?? note.position, selection.has(note.id)),
    );
    return [...groups, ...notes, ...nodes];
  }

  wires(document: ModelDocument, selected: ReadonlySet<string>): CanvasEdge[] {
    return document.connections.flatMap((connection) => {
      const key = connectionKey(connection);
      const known = this.edges.get(key);
      if (known?.connection === connection && known.edge.selected === selected.has(key)) return [known.edge];
      const [from, to] = [endOf(connection.from), endOf(connection.to)];
      // A wire to what is not there is a finding, and has no ends to draw it between.
      if (!document.components[from.component] || !document.components[to.component]) return [];
      const edge: CanvasEdge = {
        id: key,
        type: "wire",
        source: from.component,
        sourceHandle: from.port,
        target: to.component,
        targetHandle: to.port,
        selected: selected.has(key),
      };
      this.edges.set(key, { connection, edge });
      return [edge];
    });
  }

  private wiringOf(connections: readonly Connection[]): Map<string, Wiring> {
    if (this.wiring?.of === connections) return this.wiring.ports;
    const { inputs, outputs } = wiringOf(connections);
    const ports = new Map<string, Wiring>();
    for (const id of new Set([...inputs.keys(), ...outputs.keys()])) {
      const [into, outOf] = [inputs.get(id) ?? [], outputs.get(id) ?? []];
      ports.set(id, { inputs: into, outputs: outOf, word: `${into.join()}>${outOf.join()}` });
    }
    this.wiring = { of: connections, ports };
    return ports;
  }

  private component(
    id: string,
    component: Component,
    wiring: Wiring,
    { place: [x, y], selected, hidden }: { place: Position; selected: boolean; hidden: boolean },
  ): ComponentNodeType {
    const known = this.known.get(id);
    const { word: ports } = wiring;
    const before = known?.node;
    if (known?.component === component && known.ports === ports && before) {
      const { position } = before;
      const same = position.x === x && position.y === y && before.selected === selected;
      if (same && before.hidden === hidden) return before;
      const node = { ...before, position: { x, y }, selected, hidden };
      this.known.set(id, { component, ports, node });
      return node;
    }
    const type = this.types.get(component.type);
    const data = {
      component,
      type,
      inputs: inputsOf(type, component, wiring.inputs),
      outputs: outputsOf(type, component, wiring.outputs),
    };
    const node = {
      ...sized(data),
      id,
      type: "component" as const,
      position: { x, y },
      data,
      selected,
      hidden,
    };
    this.known.set(id, { component, ports, node });
    return node;
  }

  private note(note: Note, [x, y]: Position, selected: boolean): NoteNodeType {
    const before = this.others.get(note.id);
    const node = before?.node as NoteNodeType | undefined;
    if (
      before?.source === note &&
      node?.position.x === x &&
      node.position.y === y &&
      node.selected === selected
    )
      return node;
    const [width, height] = note.size;
    const made: NoteNodeType = {
      id: note.id,
      type: "note",
      position: { x, y },
      width,
      height,
      measured: { width, height },
      zIndex: -1,
      data: { note },
      selected,
    };
    this.others.set(note.id, { source: note, node: made });
    return made;
  }

  private group(
    group: Group,
    boxes: ReadonlyMap<string, ComponentNodeType>,
    selected: boolean,
  ): GroupNodeType[] {
    const members = group.components.flatMap((id) => boxes.get(id) ?? []);
    if (!members.length) return [];
    const left = Math.min(...members.map((node) => node.position.x)) - GROUP_MARGIN;
    const top = Math.min(...members.map((node) => node.position.y)) - GROUP_MARGIN - GROUP_TITLE;
    const right = Math.max(...members.map((node) => node.position.x + WIDTH)) + GROUP_MARGIN;
    const bottom = Math.max(...members.map((node) => node.position.y + (node.height ?? 0))) + GROUP_MARGIN;
    const made: GroupNodeType = {
      id: group.id,
      type: "group",
      position: { x: left, y: top },
      width: right - left,
      height: bottom - top,
      measured: { width: right - left, height: bottom - top },
      zIndex: -2,
      data: { group },
      selected,
    };
    const node = this.others.get(group.id)?.node as GroupNodeType | undefined;
    const same =
      node?.data.group === group &&
      node.selected === selected &&
      node.width === made.width &&
      node.height === made.height &&
      node.position.x === left &&
      node.position.y === top;
    if (same) return [node];
    this.others.set(group.id, { source: group, node: made });
    return [made];
  }
}

function sized(data: ComponentData) {
  const shape = { ...data, collapsed: data.component.collapsed ?? false };
  const handle =
    (type: "source" | "target") =>
    (port: PortView, index: number): NodeHandle => ({
      id: port.name,
      type,
      position: type === "source" ? Side.Right : Side.Left,
      x: (type === "source" ? WIDTH : 0) - PORT / 2,
      y: portTop(shape, index) - PORT / 2,
      width: PORT,
      height: PORT,
    });
  const size = { width: WIDTH, height: heightOf(shape) };
  return {
    ...size,
    // What is not seen is never drawn, and would else count as not there yet: nothing could be fitted into the window.
    measured: size,
    handles: [...data.inputs.map(handle("target")), ...data.outputs.map(handle("source"))],
  };
}
