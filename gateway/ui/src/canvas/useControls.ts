// What commands may ask of the canvas.

import { type Node, useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import type { Workspace } from "@/app/workspace";
import { text } from "@/text/text";
import { targetsFrom } from "./connecting";
import type { Controls } from "./controls";
import { HEAD, WIDTH } from "./sizes";
import { say, useCanvas } from "./state";
import { openQuickAdd } from "./useGestures";

const STEADY = window.matchMedia("(prefers-reduced-motion: reduce)");
const duration = () => (STEADY.matches ? 0 : 150);

export function useControls(workspace: Workspace, frame: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow();
  useEffect(() => {
    const pointer = { x: 0, y: 0, inside: false };
    const element = frame.current;
    const follow = (event: PointerEvent) =>
      Object.assign(pointer, { x: event.clientX, y: event.clientY, inside: true });
    const leave = () => Object.assign(pointer, { inside: false });
    element?.addEventListener("pointermove", follow);
    element?.addEventListener("pointerleave", leave);
    const center = () => {
      const box = element?.getBoundingClientRect();
      return box ? { x: box.left + box.width / 2, y: box.top + box.height / 2 } : { x: 0, y: 0 };
    };
    const elementOf = (id: string) =>
      element?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    const focus = (id: string) => (elementOf(id) ?? element)?.focus({ preventScroll: true });
    const showMiddle = (node: Node, zoom = flow.getZoom()) => {
      const [x, y] = [node.position.x + WIDTH / 2, node.position.y + (node.height ?? 0) / 2];
      void flow.setCenter(x, y, { zoom, duration: duration() });
    };
    const controls: Controls = {
      fit: (ids) =>
        void flow.fitView({
          duration: duration(),
          padding: 0.12,
          maxZoom: 1.1,
          includeHiddenNodes: true,
          ...(ids?.size ? { nodes: [...ids].map((id) => ({ id })) } : {}),
        }),
      zoom: (step) => {
        if (step === "in") void flow.zoomIn({ duration: duration() });
        else if (step === "out") void flow.zoomOut({ duration: duration() });
        else void flow.zoomTo(1, { duration: duration() });
      },
      reveal: (id) => {
        const node = flow.getNode(id);
        workspace.view.setState({ selection: new Set([id]), wires: new Set() });
        if (!node) return;
        showMiddle(node, Math.max(flow.getZoom(), 0.7));
        focus(id);
      },
      aspect: () => aspectOf(element),
      middle: () => {
        const { x, y } = flow.screenToFlowPosition(center());
        return [x - WIDTH / 2, y - HEAD / 2];
      },
      quickAdd: () => openAfter(workspace, flow, pointer.inside ? pointer : center()),
      connectFrom: (id) => beginConnecting(workspace, id),
      enlarge: (id) => useCanvas.setState({ enlarged: id }),
      focus: (id) => {
        const node = flow.getNode(id);
        if (node && !isSeen(elementOf(id), element)) showMiddle(node);
        // Of a large graph only what is seen is drawn: what comes into sight now is there a frame later.
        if (!node || elementOf(id)) focus(id);
        else requestAnimationFrame(() => requestAnimationFrame(() => focus(id)));
      },
    };
    workspace.canvas = controls;
    return () => {
      if (workspace.canvas === controls) workspace.canvas = null;
      element?.removeEventListener("pointermove", follow);
      element?.removeEventListener("pointerleave", leave);
    };
  }, [workspace, flow, frame]);
}

/** Width by height of what an element shows of the canvas, within what a layout can follow. */
export function aspectOf(element: HTMLElement | null): number {
  const box = element?.getBoundingClientRect();
  return Math.max(1, Math.min(2.2, box?.height ? box.width / box.height : 1.6));
}

/** Whether the head of a component, or all of a note, lies within the canvas. */
function isSeen(element: HTMLElement | null | undefined, frame: HTMLElement | null): boolean {
  const head = (element?.querySelector("header") ?? element)?.getBoundingClientRect();
  const outer = frame?.getBoundingClientRect();
  if (!head || !outer) return false;
  return (
    head.left >= outer.left &&
    head.right <= outer.right &&
    head.top >= outer.top &&
    head.bottom <= outer.bottom
  );
}

const GAP = 84;

/** Quick add behind the selected component, connected to it; where none is selected, at the point. */
function openAfter(
  workspace: Workspace,
  flow: ReturnType<typeof useReactFlow>,
  point: { x: number; y: number },
): void {
  const [only, ...others] = workspace.view.getState().selection;
  const component = only && !others.length ? workspace.store.document.components[only] : undefined;
  const port = component && workspace.types.get(component.type)?.outputs[0]?.name;
  if (!component || !only || !port) {
    const { x, y } = flow.screenToFlowPosition(point);
    openQuickAdd(point.x, point.y, [x - WIDTH / 2, y - HEAD / 2], null, false);
    return;
  }
  const [x, y] = component.position ?? [0, 0];
  const at = flow.flowToScreenPosition({ x: x + WIDTH + 24, y });
  openQuickAdd(at.x, at.y, [x + WIDTH + GAP, y], { component: only, port, side: "source" }, false);
}

function beginConnecting(workspace: Workspace, id: string): void {
  const component = workspace.store.document.components[id];
  const port = component && workspace.types.get(component.type)?.outputs[0]?.name;
  const targets = port ? targetsFrom(workspace, { component: id, port, side: "source" }) : [];
  if (!targets.length) {
    say(text("canvas.connect.none", { id }));
    return;
  }
  say(text("canvas.connect.source", { id }));
  useCanvas.setState({
    connecting: { from: `${id}.${port}`, targets, index: 0 },
    legal: new Set(targets.map((end) => `target ${end}`)),
  });
}
