// The picture of a graph from far away, behind what React Flow draws.

import { useStore } from "@xyflow/react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTheme } from "@/app/theme";
import { useWorkspace } from "@/app/workspace";
import styles from "../canvas.module.css";
import { lookOf } from "./look";
import { Painter, type Sight } from "./paint";
import type { Scene } from "./scene";

export function FarView({ scene }: { scene: Scene }) {
  const { live } = useWorkspace();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const theme = useTheme((state) => state.shown);
  const [painter, setPainter] = useState<Painter | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) setPainter(new Painter(context, live, lookOf(context.canvas)));
  }, [live, theme]);
  const paint = useRef(() => {});
  paint.current = () => {
    if (!canvas.current || !painter) return;
    const ratio = window.devicePixelRatio;
    resize(canvas.current, width * ratio, height * ratio);
    painter.paint(scene, { x, y, zoom, width, height, ratio } satisfies Sight);
    canvas.current.dataset["blocks"] = String(scene.components.length);
  };
  // In the same frame as what lies above it.
  useLayoutEffect(() => paint.current());
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        painter?.refresh();
        paint.current();
      });
    };
    const stop = live.subscribeAll(soon);
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [live, painter]);
  return <canvas ref={canvas} className={styles["far"]} style={{ width, height }} aria-hidden />;
}

/** A canvas is cleared when it is given a size. */
function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  const [across, down] = [Math.round(width), Math.round(height)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
}
