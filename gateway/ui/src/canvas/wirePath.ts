// The way of a wire between two ports, and what it says.

import type { Spec } from "@/live/store";
import { shapeText } from "@/text/text";

export interface Ends {
  sourceX: number;
  sourceY: number;
  targetX: number;
  targetY: number;
}

/** The width of a sign in the text of a wire, as the style sheet has it. */
const SIGN = 6.4;
const LOOP = 40;
/** From a port down to the room below its component. */
const BELOW = 168;
const ROUND = 16;
/** How far a wire may lead back and still be a curve. */
const BACK = 24;

/** The path of a wire as SVG has it, and the place of its text. */
export function pathOf(ends: Ends): [path: string, x: number, y: number] {
  const { sourceX, sourceY, targetX, targetY } = ends;
  const [after, before] = bends(ends);
  if (isForward(ends)) {
    const path = `M${sourceX},${sourceY} C${after},${sourceY} ${before},${targetY} ${targetX},${targetY}`;
    return [path, curve(sourceX, after, before, targetX, 0.5), (sourceY + targetY) / 2];
  }
  const middle = turnOf(ends);
  const bend = (from: number, to: number) => Math.sign(to - from) * Math.min(ROUND, Math.abs(to - from) / 2);
  const first = bend(sourceY, middle);
  const second = bend(middle, targetY);
  const path =
    `M${sourceX} ${sourceY}H${after - ROUND}Q${after} ${sourceY} ${after} ${sourceY + first}V${middle - first}` +
    `Q${after} ${middle} ${after - ROUND} ${middle}H${before + ROUND}Q${before} ${middle} ${before} ${middle + second}` +
    `V${targetY - second}Q${before} ${targetY} ${before + ROUND} ${targetY}H${targetX}`;
  return [path, (after + before) / 2, middle];
}

/** Whether a wire is a curve; else it leads back, to the next line of a wrapped layout, between the lines. */
export const isForward = ({ sourceX, targetX }: Ends): boolean => targetX > sourceX - BACK;

/** Where a wire bends behind its source and before its target. */
export function bends(ends: Ends): [number, number] {
  const { sourceX, targetX } = ends;
  if (!isForward(ends)) return [sourceX + LOOP, targetX - LOOP];
  const across = targetX - sourceX;
  const offset = across >= 0 ? across / 2 : 6.25 * Math.sqrt(-across);
  return [sourceX + offset, targetX - offset];
}

/** How low a wire that leads back runs: just below the line that it leaves, where wrapped layouts leave room. */
export function turnOf({ sourceY, targetY }: Ends): number {
  const below = targetY - sourceY > BELOW * 1.2;
  return below ? sourceY + BELOW : Math.max(sourceY, targetY) + BELOW;
}

/** A cubic Bézier curve in one direction. */
export function curve(start: number, first: number, second: number, end: number, part: number): number {
  const rest = 1 - part;
  return (
    rest ** 3 * start + 3 * rest * rest * part * first + 3 * rest * part * part * second + part ** 3 * end
  );
}

/** Shape and type of what flows; a type that would run into the components at the ends is left out. */
export function labelOf({ shape, dtype }: Spec, room: number): string {
  const whole = dtype === "float32" ? shapeText(shape) : `${shapeText(shape)} ${dtype}`;
  return whole.length * SIGN > room ? shapeText(shape) : whole;
}
