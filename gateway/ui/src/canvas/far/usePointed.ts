// What the pointer is on, from far away: it is awake.

import { useReactFlow, useStoreApi } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { useCanvas } from "../state";
import { type Scene, thingAt } from "./scene";

/** How near the pointer must be to a wire, in pixels of the page. */
const REACH = 7;
const SETTLED_MILLISECONDS = 60;

export function usePointed(frame: RefObject<HTMLElement | null>, scene: Scene): void {
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
      if (!onGraph) return point(null);
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      point(thingAt(latest.current, x, y, REACH / flow.getZoom()));
    };
    const leave = () => {
      last = null;
      point(null);
    };
    // The graph may have moved away under the pointer.
    const stop = api.subscribe((state, before) => {
      if (state.transform === before.transform) return;
      clearTimeout(timer);
      timer = setTimeout(() => last && look(last), SETTLED_MILLISECONDS);
    });
    element.addEventListener("pointermove", look, true);
    element.addEventListener("pointerdown", look, true);
    element.addEventListener("pointerleave", leave);
    return () => {
      stop();
      clearTimeout(timer);
      element.removeEventListener("pointermove", look, true);
      element.removeEventListener("pointerdown", look, true);
      element.removeEventListener("pointerleave", leave);
    };
  }, [flow, api, frame]);
}
