// Where things lie on the canvas.

import type { CanvasNode } from "./nodes";
import { WIDTH } from "./sizes";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const boxOf = ({ position, width = WIDTH, height = 0 }: CanvasNode): Box => ({
  x: position.x,
  y: position.y,
  width,
  height,
});

/** The smallest box around others; nothing has none. */
export function around(boxes: readonly Box[]): Box | null {
  if (!boxes.length) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}
