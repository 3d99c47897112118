// Whether the pointer is on a wire.

import { bends, curve, type Ends, isForward, turnOf } from "../wirePath";

type Point = readonly [x: number, y: number];

const STEPS = 12;

/** How far a point is from a wire; infinitely far where it is further than `reach`. */
export function distanceTo(ends: Ends, [x, y]: Point, reach: number): number {
  const { sourceX, sourceY, targetX, targetY } = ends;
  const [after, before] = bends(ends);
  const [low, high] = [Math.min(sourceX, targetX, before), Math.max(sourceX, targetX, after)];
  const turn = isForward(ends) ? sourceY : turnOf(ends);
  const outside =
    x < low - reach ||
    x > high + reach ||
    y < Math.min(sourceY, targetY, turn) - reach ||
    y > Math.max(sourceY, targetY, turn) + reach;
  if (outside) return Number.POSITIVE_INFINITY;
  const points = pointsOf(ends);
  const nearest = Math.min(
    ...points.slice(1).map((point, index) => toSegment([x, y], points[index] ?? point, point)),
  );
  return nearest <= reach ? nearest : Number.POSITIVE_INFINITY;
}

/** Corners of a line that follows a wire closely. */
function pointsOf(ends: Ends): Point[] {
  const { sourceX, sourceY, targetX, targetY } = ends;
  const [after, before] = bends(ends);
  if (isForward(ends))
    return Array.from({ length: STEPS + 1 }, (_, step) => [
      curve(sourceX, after, before, targetX, step / STEPS),
      curve(sourceY, sourceY, targetY, targetY, step / STEPS),
    ]);
  const middle = turnOf(ends);
  return [
    [sourceX, sourceY],
    [after, sourceY],
    [after, middle],
    [before, middle],
    [before, targetY],
    [targetX, targetY],
  ];
}

function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const part = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - part * dx, y - ay - part * dy);
}
