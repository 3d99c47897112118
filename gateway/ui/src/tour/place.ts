// Where a popover goes: beside what it explains, never over it where there is room.

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

const GAP = 14;
const EDGE = 12;

/** The upper left corner of a popover beside its anchor: right, left, below or above, whichever fits first. */
export function placeBeside(anchor: Box, size: Size, window: Size): { left: number; top: number } {
  const { left, top, width, height } = anchor;
  const acrossX = clamp(left + width / 2 - size.width / 2, window.width - size.width);
  const acrossY = clamp(top + Math.min(height / 2 - size.height / 2, 40), window.height - size.height);
  const places = [
    { left: left + width + GAP, top: acrossY },
    { left: left - GAP - size.width, top: acrossY },
    { left: acrossX, top: top + height + GAP },
    { left: acrossX, top: top - GAP - size.height },
  ];
  const fits = (place: { left: number; top: number }) =>
    place.left >= EDGE &&
    place.top >= EDGE &&
    place.left + size.width <= window.width - EDGE &&
    place.top + size.height <= window.height - EDGE;
  return places.find(fits) ?? { left: EDGE, top: Math.max(EDGE, window.height - EDGE - size.height) };
}

function clamp(value: number, room: number): number {
  return Math.max(EDGE, Math.min(value, room - EDGE));
}
