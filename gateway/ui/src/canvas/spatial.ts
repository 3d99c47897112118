// Where the arrow keys lead: to the nearest component in that direction.

export type Direction = "up" | "down" | "left" | "right";

export interface Place {
  id: string;
  x: number;
  y: number;
}

const ACROSS = 2;

/** The nearest place in a direction, where going sideways counts double; null where there is none. */
export function neighbour(places: readonly Place[], from: Place, direction: Direction): string | null {
  const horizontal = direction === "left" || direction === "right";
  const sign = direction === "right" || direction === "down" ? 1 : -1;
  let best: { id: string; distance: number } | null = null;
  for (const place of places) {
    const [dx, dy] = [place.x - from.x, place.y - from.y];
    const along = sign * (horizontal ? dx : dy);
    const across = Math.abs(horizontal ? dy : dx);
    if (place.id === from.id || along <= 0 || across > along * 3) continue;
    const distance = along + ACROSS * across;
    if (!best || distance < best.distance) best = { id: place.id, distance };
  }
  return best?.id ?? null;
}

/** The first in reading order: where the keys begin when nothing is selected. */
export function firstPlace(places: readonly Place[]): string | null {
  return places.toSorted((left, right) => left.x - right.x || left.y - right.y)[0]?.id ?? null;
}
