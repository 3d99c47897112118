// The whole graph in a corner, with what is in sight; dragging in it moves the view, the wheel zooms.

import { useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { type PointerEvent, useEffect, useLayoutEffect, useRef } from "react";
import { useTheme } from "@/app/theme";
import { categoryColor } from "@/design/icons";
import { text } from "@/text/text";
import { around, type Box, boxOf } from "./boxes";
import styles from "./canvas.module.css";

import type { CanvasNode } from "./nodes";

const SIZE = { width: 168, height: 104 };
const MARGIN = 6;
const MASK = 0.72;

/** Where the document lies in the map. */
interface Place {
  x: number;
  y: number;
  scale: number;
}

export function Minimap({ nodes }: { nodes: readonly CanvasNode[] }) {
  const flow = useReactFlow();
  const api = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointer = useRef(-1);
  const place = useRef<Place>({ x: 0, y: 0, scale: 1 });
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const theme = useTheme((state) => state.shown);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const view = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
    // While it is dragged the map stays as it is, or the view would run away from the pointer.
    if (!canvas.current?.hasPointerCapture(pointer.current))
      place.current = placeOf([...nodes.map(boxOf), view]);
    paint(context, nodes, view, place.current);
  }, [nodes, x, y, zoom, width, height, theme]);
  const centre = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const { x: left, y: top, scale } = place.current;
    const [across, down] = [event.clientX - box.left - left, event.clientY - box.top - top];
    void flow.setCenter(across / scale, down / scale, { zoom: api.getState().transform[2] });
  };
  useEffect(() => {
    // React listens to the wheel passively, and the page would scroll.
    const element = canvas.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      void flow.zoomTo(flow.getZoom() * 2 ** (-event.deltaY * 0.002));
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, [flow]);
  return (
    <canvas
      ref={canvas}
      className={styles["minimap"]}
      style={SIZE}
      role="img"
      aria-label={text("canvas.minimap")}
      onPointerDown={(event) => {
        pointer.current = event.pointerId;
        event.currentTarget.setPointerCapture(event.pointerId);
        centre(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && centre(event)}
    />
  );
}

function placeOf(boxes: readonly Box[]): Place {
  const all = around(boxes) ?? { x: 0, y: 0, width: 1, height: 1 };
  const scale = Math.min(
    (SIZE.width - 2 * MARGIN) / Math.max(all.width, 1),
    (SIZE.height - 2 * MARGIN) / Math.max(all.height, 1),
  );
  return {
    x: SIZE.width / 2 - (all.x + all.width / 2) * scale,
    y: SIZE.height / 2 - (all.y + all.height / 2) * scale,
    scale,
  };
}

function paint(
  context: CanvasRenderingContext2D,
  nodes: readonly CanvasNode[],
  view: Box,
  place: Place,
): void {
  const { canvas } = context;
  const ratio = window.devicePixelRatio;
  [canvas.width, canvas.height] = [SIZE.width * ratio, SIZE.height * ratio];
  const style = getComputedStyle(canvas);
  const { x, y, scale } = place;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const least = 1 / ratio;
  const colours = new Map<string, string>();
  for (const node of nodes) {
    const name = colourOf(node);
    const colour = colours.get(name) ?? style.getPropertyValue(name);
    colours.set(name, colour);
    context.fillStyle = colour;
    const box = boxOf(node);
    context.fillRect(
      box.x * scale + x,
      box.y * scale + y,
      Math.max(box.width * scale, least),
      Math.max(box.height * scale, least),
    );
  }
  context.fillStyle = style.getPropertyValue("--bg");
  context.globalAlpha = MASK;
  context.beginPath();
  context.rect(0, 0, SIZE.width, SIZE.height);
  context.rect(view.x * scale + x, view.y * scale + y, view.width * scale, view.height * scale);
  context.fill("evenodd");
}

/** The token of the colour of a node; notes and groups are behind the components, and pale. */
function colourOf(node: CanvasNode): string {
  if (node.type !== "component") return "--line";
  return categoryColor(node.data.type?.category ?? "other").slice("var(".length, -1);
}
