// What the mouse does on the canvas, as edits of the document: one step of undo for each gesture.

import {
  type EdgeChange,
  type FinalConnectionState,
  type Connection as FlowConnection,
  type NodeChange,
  type OnConnectStartParams,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, useCallback, useMemo, useRef, useState } from "react";
import type { Workspace } from "@/app/workspace";
import { disconnect, move } from "@/document/edits";
import type { Connection, Position } from "@/document/model";
import { text } from "@/text/text";
import { addType, canInsert, insert } from "./adding";
import { legalEnds, makeWire } from "./connecting";
import type { CanvasEdge, CanvasNode } from "./nodes";
import type { Dangling } from "./ports";
import { HEAD, WIDTH } from "./sizes";
import { useCanvas } from "./state";

export const DRAGGED_TYPE = "application/x-glasswork-type";

type Moving = Map<string, Position>;

export function useGestures(workspace: Workspace) {
  const [moving, setMoving] = useState<Moving | null>(null);
  const selecting = useSelecting(workspace);
  const dragging = useDragging(workspace, moving, setMoving);
  const connecting = useConnecting(workspace);
  const adding = useAdding(workspace);
  const { onSelect } = selecting;
  const { onMove } = dragging;
  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      onSelect(changes);
      onMove(changes);
    },
    [onSelect, onMove],
  );
  return { moving, onNodesChange, ...selecting, ...dragging, ...connecting, ...adding };
}

function useSelecting({ view }: Workspace) {
  return useMemo(() => {
    const changed = (before: ReadonlySet<string>, changes: readonly (NodeChange | EdgeChange)[]) => {
      const selects = changes.filter((change) => change.type === "select");
      if (!selects.length) return before;
      const after = new Set(before);
      for (const change of selects) change.selected ? after.add(change.id) : after.delete(change.id);
      return after;
    };
    return {
      onSelect: (changes: NodeChange<CanvasNode>[]) => {
        const selection = changed(view.getState().selection, changes as NodeChange[]);
        if (selection !== view.getState().selection) view.setState({ selection });
      },
      onEdgesChange: (changes: EdgeChange<CanvasEdge>[]) => {
        const wires = changed(view.getState().wires, changes as EdgeChange[]);
        if (wires !== view.getState().wires) view.setState({ wires });
      },
      /** The keys mean what has the focus: it is selected where they led to it. */
      onFocus: (target: Element) => {
        const node = target.closest<HTMLElement>(".react-flow__node");
        const id = node?.dataset["id"] ?? null;
        useCanvas.setState({ focused: id });
        if (id && target === node && node.matches(":focus-visible") && !view.getState().selection.has(id))
          view.setState({ selection: new Set([id]), wires: new Set() });
      },
      onNodeDoubleClick: (_event: unknown, node: CanvasNode) => {
        if (node.type === "component") view.setState({ inspector: true, tab: "settings" });
      },
      onPaneClick: () => {
        useCanvas.setState({ quickAdd: null });
        const { selection, wires } = view.getState();
        if (selection.size || wires.size)
          view.setState({ selection: new Set<string>(), wires: new Set<string>() });
      },
    };
  }, [view]);
}

function useDragging(
  workspace: Workspace,
  moving: Moving | null,
  setMoving: (moving: Moving | null) => void,
) {
  const { store } = workspace;
  const current = useRef<Moving | null>(moving);
  current.current = moving;
  const flow = useReactFlow<CanvasNode, CanvasEdge>();
  return useMemo(() => {
    const place = (places: Moving, id: string, x: number, y: number) => {
      const group = store.document.groups?.find((item) => item.id === id);
      if (!group) return void places.set(id, [x, y]);
      // The members go with their frame; it is where they are.
      const node = flow.getNode(id);
      const [dx, dy] = [x - (node?.position.x ?? x), y - (node?.position.y ?? y)];
      for (const member of group.components) {
        const [left, top] = places.get(member) ?? store.document.components[member]?.position ?? [0, 0];
        places.set(member, [left + dx, top + dy]);
      }
    };
    return {
      onMove: (changes: NodeChange<CanvasNode>[]) => {
        const moves = changes.filter(
          (change) => change.type === "position" && change.position && change.dragging,
        );
        if (!moves.length) return;
        const places = new Map(current.current);
        for (const change of moves)
          if (change.type === "position" && change.position)
            place(places, change.id, change.position.x, change.position.y);
        current.current = places;
        setMoving(places);
      },
      onNodeDragStart: () => useCanvas.setState({ quickAdd: null }),
      onNodeDrag: (_event: unknown, _node: CanvasNode, nodes: CanvasNode[]) => {
        const [only] = nodes;
        const over =
          nodes.length === 1 && only?.type === "component" ? wireUnder(workspace, flow, only) : null;
        if (over !== useCanvas.getState().over) useCanvas.setState({ over });
      },
      onNodeDragStop: (_event: unknown, node?: CanvasNode | CanvasNode[]) => {
        const places = current.current;
        const only = !Array.isArray(node) && node?.type === "component" && places?.size === 1 ? node : null;
        const over = only && wireUnder(workspace, flow, only);
        useCanvas.setState({ over: null });
        if (places && over && only)
          store.edit({ label: text("edit.insert", { id: only.id }) }, insert(workspace, only.id, over));
        else if (places) store.edit({ label: text("edit.move") }, move(places));
        current.current = null;
        setMoving(null);
      },
    };
  }, [workspace, store, flow, setMoving]);
}

const REACH = 20;

/** The wire whose middle lies under a dragged component that could be put into it. */
function wireUnder(
  workspace: Workspace,
  flow: ReturnType<typeof useReactFlow<CanvasNode, CanvasEdge>>,
  node: CanvasNode,
): Connection | null {
  const { connections } = workspace.store.document;
  const { x, y } = node.position;
  const inside = (left: number, top: number) =>
    left > x && left < x + WIDTH && top > y - REACH && top < y + HEAD + REACH;
  for (const wire of connections) {
    const [from, to] = [
      flow.getInternalNode(wire.from.split(".")[0] ?? ""),
      flow.getInternalNode(wire.to.split(".")[0] ?? ""),
    ];
    if (!from || !to || from.id === node.id || to.id === node.id) continue;
    const [ax, ay] = [from.position.x + WIDTH, from.position.y + HEAD / 2];
    const [bx, by] = [to.position.x, to.position.y + HEAD / 2];
    if (bx < ax) continue;
    const hit = [0.25, 0.4, 0.5, 0.6, 0.75].some((part) =>
      inside(ax + (bx - ax) * part, ay + (by - ay) * part),
    );
    if (hit && canInsert(workspace, node.id, wire))
      return useCanvas.getState().over === wire ? useCanvas.getState().over : wire;
  }
  return null;
}

function useConnecting(workspace: Workspace) {
  const flow = useReactFlow();
  return useMemo(() => {
    const wireOf = (connection: FlowConnection): Connection => ({
      from: `${connection.source}.${connection.sourceHandle}`,
      to: `${connection.target}.${connection.targetHandle}`,
    });
    const { store } = workspace;
    let reconnected = true;
    return {
      onConnect: (connection: FlowConnection) => makeWire(workspace, wireOf(connection)),
      onConnectStart: (_event: unknown, { nodeId, handleId, handleType }: OnConnectStartParams) => {
        if (!nodeId || !handleId || !handleType) return;
        const from: Dangling = { component: nodeId, port: handleId, side: handleType };
        useCanvas.setState({ legal: legalEnds(workspace, from), quickAdd: null });
      },
      onConnectEnd: (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState) => {
        useCanvas.setState({ legal: null });
        if (state.toHandle || !state.fromNode || !state.fromHandle?.id || !reconnected) return;
        const point = "changedTouches" in event ? event.changedTouches[0] : event;
        if (!point) return;
        const from: Dangling = {
          component: state.fromNode.id,
          port: state.fromHandle.id,
          side: state.fromHandle.type,
        };
        const position = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
        const shift = from.side === "source" ? 0 : -WIDTH;
        openQuickAdd(point.clientX, point.clientY, [position.x + shift, position.y - HEAD / 2], from);
      },
      isValidConnection: (connection: FlowConnection | CanvasEdge) => {
        const { legal } = useCanvas.getState();
        const { from, to } = wireOf(connection as FlowConnection);
        return legal === null || legal.has(`target ${to}`) || legal.has(`source ${from}`);
      },
      onReconnect: (edge: CanvasEdge, connection: FlowConnection) => {
        reconnected = true;
        store.begin({ label: text("edit.connect", { from: connection.source, to: connection.target }) });
        store.edit({ label: "" }, disconnect(new Set([edge.id])));
        makeWire(workspace, wireOf(connection));
        store.end();
      },
      onReconnectEnd: (_event: unknown, edge: CanvasEdge, _side: unknown, state: FinalConnectionState) => {
        if (!state.isValid && !state.toHandle)
          store.edit({ label: text("edit.disconnect") }, disconnect(new Set([edge.id])));
        useCanvas.setState({ legal: null, quickAdd: null });
      },
    };
  }, [workspace, flow]);
}

function useAdding(workspace: Workspace) {
  const flow = useReactFlow();
  return useMemo(
    () => ({
      quickAddAt: (x: number, y: number) => {
        const position = flow.screenToFlowPosition({ x, y });
        openQuickAdd(x, y, [position.x - WIDTH / 2, position.y - HEAD / 2], null);
      },
      onDragOver: (event: DragEvent) => {
        if (!event.dataTransfer.types.includes(DRAGGED_TYPE)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      },
      onDrop: (event: DragEvent) => {
        const type = workspace.types.get(event.dataTransfer.getData(DRAGGED_TYPE));
        if (!type) return;
        event.preventDefault();
        const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        addType(workspace, type, { position: [x - WIDTH / 2, y - HEAD / 2], pointed: true });
      },
    }),
    [workspace, flow],
  );
}

/** Open quick add at a point of the window. */
export function openQuickAdd(
  x: number,
  y: number,
  position: Position,
  from: Dangling | null,
  pointed = true,
): void {
  useCanvas.setState({ quickAdd: { at: { x, y }, place: { position, pointed }, from } });
}
