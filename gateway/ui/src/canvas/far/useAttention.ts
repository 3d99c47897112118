// What the pointer is on and what has the focus, from far away: that is awake.

import { useReactFlow, useStoreApi } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { useCanvas } from "../state";
import { type Scene, thingAt } from "./scene";

/** How near the pointer must be to a wire, in pixels of the page. */
const REACH = 7;
const SETTLED_MILLISECONDS = 60;

export function useAttention(frame: RefObject<HTMLElement | null>, scene: Scene | null): void {
  const flow = useReactFlow();
  const api = useStoreApi();
  const latest = useRef(scene);
  latest.current = scene;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let last: PointerEvent | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const point = (pointed: string | null) => {
      // What is pressed next is to find the element there.
      if (useCanvas.getState().pointed !== pointed) flushSync(() => useCanvas.setState({ pointed }));
    };
    const look = (event: PointerEvent) => {
      last = event;
      if (event.type === "pointermove" && event.buttons) return;
      const onGraph = event.target instanceof Element && event.target.closest(".react-flow__renderer");
      if (!latest.current || !onGraph) return point(null);
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      point(thingAt(latest.current, x, y, REACH / flow.getZoom()));
    };
    const leave = () => {
      last = null;
      point(null);
    };
    const focus = ({ target }: FocusEvent) => {
      const node = target instanceof Element ? target.closest<HTMLElement>(".react-flow__node") : null;
      if (node) useCanvas.setState({ focused: node.dataset["id"] ?? null });
    };
    // The graph may have moved away under the pointer.
    const stop = api.subscribe((state, before) => {
      if (state.transform === before.transform || !latest.current) return;
      clearTimeout(timer);
      timer = setTimeout(() => last && look(last), SETTLED_MILLISECONDS);
    });
    element.addEventListener("pointermove", look, true);
    element.addEventListener("pointerdown", look, true);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("focusin", focus);
    return () => {
      stop();
      clearTimeout(timer);
      element.removeEventListener("pointermove", look, true);
      element.removeEventListener("pointerdown", look, true);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("focusin", focus);
    };
  }, [flow, api, frame]);
}
