// The whole graph in a corner, with what is in sight; dragging in it moves the view, the wheel zooms.

import { useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef } from "react";
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
  const whole = useMemo(() => around(nodes.map(boxOf)), [nodes]);
  const known = useRef<{ blocks: HTMLCanvasElement; mask: string; of: readonly unknown[] } | null>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const view = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
    // While it is dragged the map stays as it is, or the view would run away from the pointer.
    if (!context.canvas.hasPointerCapture(pointer.current))
      place.current = placeOf(around(whole ? [whole, view] : [view]));
    const { x: left, y: top, scale } = place.current;
    const of = [nodes, theme, left, top, scale, window.devicePixelRatio];
    if (!known.current?.of.every((item, index) => item === of[index])) {
      const mask = getComputedStyle(context.canvas).getPropertyValue("--bg");
      known.current = { blocks: blocksOf(context.canvas, nodes, place.current), mask, of };
    }
    paint(context, known.current.blocks, known.current.mask, onMap(view, place.current));
  }, [nodes, whole, x, y, zoom, width, height, theme]);
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

function placeOf(box: Box | null): Place {
  const all = box ?? { x: 0, y: 0, width: 1, height: 1 };
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

/** The nodes as the map shows them: what changes as the view moves is only what is in sight. */
function blocksOf(canvas: HTMLCanvasElement, nodes: readonly CanvasNode[], place: Place): HTMLCanvasElement {
  const blocks = document.createElement("canvas");
  const ratio = window.devicePixelRatio;
  [blocks.width, blocks.height] = [SIZE.width * ratio, SIZE.height * ratio];
  const context = blocks.getContext("2d");
  if (!context) return blocks;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colours = new Map<string, string>();
  const least = 1 / ratio;
  for (const node of nodes) {
    const name = colourOf(node);
    const colour = colours.get(name) ?? style.getPropertyValue(name);
    colours.set(name, colour);
    context.fillStyle = colour;
    const { x, y, width, height } = onMap(boxOf(node), place);
    context.fillRect(x, y, Math.max(width, least), Math.max(height, least));
  }
  return blocks;
}

function paint(context: CanvasRenderingContext2D, blocks: HTMLCanvasElement, mask: string, view: Box): void {
  const { canvas } = context;
  if (canvas.width !== blocks.width) canvas.width = blocks.width;
  if (canvas.height !== blocks.height) canvas.height = blocks.height;
  const ratio = blocks.width / SIZE.width;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(blocks, 0, 0);
  context.scale(ratio, ratio);
  context.fillStyle = mask;
  context.globalAlpha = MASK;
  context.beginPath();
  context.rect(0, 0, SIZE.width, SIZE.height);
  context.rect(view.x, view.y, view.width, view.height);
  context.fill("evenodd");
}

function onMap({ x, y, width, height }: Box, place: Place): Box {
  const { scale } = place;
  return { x: x * scale + place.x, y: y * scale + place.y, width: width * scale, height: height * scale };
}

/** The token of the colour of a node; notes and groups are behind the components, and pale. */
function colourOf(node: CanvasNode): string {
  if (node.type !== "component") return "--line";
  return categoryColor(node.data.type?.category ?? "other").slice("var(".length, -1);
}
