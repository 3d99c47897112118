// How large a component is on the canvas. It follows from the data, never from what the browser has laid out: so the
// canvas knows where every port lies before anything is drawn, and need not draw what is not seen.

import type { PortView } from "./ports";

export const WIDTH = 184;
export const HEAD = 34;
export const PORT_ROW = 20;
export const SUMMARY = 20;
export const PREVIEW = 76;
export const FOOT = 24;
export const PORT = 12;
/** Ports begin here where they stand in rows of their own. */
const ROWS_TOP = HEAD + 2;

export interface Shape {
  inputs: readonly PortView[];
  outputs: readonly PortView[];
  collapsed: boolean;
}

/** Whether the ports need names: a single input and output are clear without. */
export function hasRows({ inputs, outputs }: Shape): boolean {
  const plain = (ports: readonly PortView[], name: string) =>
    ports.length === 0 || (ports.length === 1 && ports[0]?.name === name);
  return !(plain(inputs, "input") && plain(outputs, "output"));
}

export function heightOf(shape: Shape): number {
  const rows = hasRows(shape) ? Math.max(shape.inputs.length, shape.outputs.length) * PORT_ROW + 4 : 0;
  return HEAD + rows + (shape.collapsed ? 0 : SUMMARY + PREVIEW + FOOT);
}

/** The middle of a port, from the top of its component. */
export function portTop(shape: Shape, index: number): number {
  return hasRows(shape) ? ROWS_TOP + index * PORT_ROW + PORT_ROW / 2 : HEAD / 2 + 1;
}
