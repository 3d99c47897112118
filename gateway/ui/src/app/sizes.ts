// How large the panels around the canvas are: chosen by hand, and kept in this browser.

import { create } from "zustand";

const KEY = "glasswork panels";

interface Limits {
  least: number;
  most: number;
}

/** How small a panel may be, and how large in a window of this size: the canvas keeps the larger part. */
export function limitsOf(panel: string, window: { innerWidth: number; innerHeight: number }): Limits {
  switch (panel) {
    case "palette":
      return { least: 168, most: Math.max(168, Math.min(420, Math.floor(window.innerWidth * 0.24))) };
    case "inspector":
      return { least: 280, most: Math.max(280, Math.min(800, Math.floor(window.innerWidth * 0.42))) };
    default:
      return { least: 120, most: Math.max(120, Math.floor(window.innerHeight * 0.7)) };
  }
}

export const within = (size: number, { least, most }: Limits): number =>
  Math.round(Math.max(least, Math.min(size, most)));

/** What was chosen; a panel that nobody has resized is not in here. */
export type Sizes = Readonly<Record<string, number>>;

function stored(): Sizes {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const sizes = Object.entries(found ?? {}).filter(([, size]) => Number.isFinite(size));
    return Object.fromEntries(sizes) as Sizes;
  } catch {
    return {};
  }
}

export const useSizes = create<{ sizes: Sizes }>(() => ({ sizes: stored() }));

/** Resize a panel; null gives it the size back that it has by itself. */
export function resize(panel: string, size: number | null): void {
  const { [panel]: _before, ...others } = useSizes.getState().sizes;
  const sizes: Sizes = size === null ? others : { ...others, [panel]: size };
  useSizes.setState({ sizes });
  localStorage.setItem(KEY, JSON.stringify(sizes));
}
