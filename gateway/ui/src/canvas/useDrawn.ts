// What React Flow is given to draw: everything from near, and from far away of a large graph only what is awake.

import { useStoreApi } from "@xyflow/react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Workspace } from "@/app/workspace";
import { connectionKey, endOf, type ModelDocument, type Position } from "@/document/model";
import { awakeOf, MANY } from "./far/awake";
import { type CanvasEdge, type CanvasNode, NodeMaker } from "./nodes";
import { aimOf, useCanvas } from "./state";

/** Farther away details cannot be read, and are not drawn. */
const WITHOUT_DETAIL = 0.4;

interface Drawn {
  nodes: CanvasNode[];
  edges: CanvasEdge[];
}

export function useDrawn(
  workspace: Workspace,
  document: ModelDocument,
  moving: ReadonlyMap<string, Position> | null,
) {
  const selection = workspace.view((state) => state.selection);
  const wires = workspace.view((state) => state.wires);
  const pointed = useCanvas((state) => state.pointed);
  const focused = useCanvas((state) => state.focused);
  const aim = useCanvas((state) => endOf(aimOf(state) ?? "").component);
  const over = useCanvas((state) => state.over && connectionKey(state.over));
  const maker = useMemo(() => new NodeMaker(workspace.types), [workspace]);
  const all = useMemo(() => maker.wires(document, wires), [maker, document, wires]);
  const draw = (far: boolean): Drawn => {
    const many = Object.keys(document.components).length > MANY;
    const awake = far && many ? awakeOf(document, { pointed, focused, aim, over, selection, wires }) : null;
    return {
      nodes: maker.nodes(document, selection, moving, awake),
      edges: awake ? all.filter((edge) => awake.has(edge.id)) : all,
    };
  };
  const far = useFar(draw);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are all that `draw` reads.
  const drawn = useMemo(
    () => draw(far),
    [maker, document, selection, wires, moving, pointed, focused, aim, over, far],
  );
  return { ...drawn, all, far };
}

/** Whether the view is far away. */
function useFar(draw: (far: boolean) => Drawn): boolean {
  const api = useStoreApi<CanvasNode, CanvasEdge>();
  const [far, setFar] = useState(false);
  const latest = useRef(draw);
  latest.current = draw;
  useLayoutEffect(
    () =>
      api.subscribe(({ transform: [, , zoom] }, { transform: [, , before] }) => {
        const now = zoom < WITHOUT_DETAIL;
        if (now === before < WITHOUT_DETAIL) return;
        // Before React Flow draws for the new view: it would draw a thousand components to drop them at once.
        const { nodes, edges } = latest.current(now);
        api.getState().setNodes(nodes);
        api.getState().setEdges(edges);
        setFar(now);
      }),
    [api],
  );
  return far;
}
