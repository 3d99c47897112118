// On narrow windows the panels beside the canvas slide over it: one at a time, and none before it is asked for.

import type { StoreApi } from "zustand";

interface Sides {
  palette: boolean;
  inspector: boolean;
}

const narrow = window.matchMedia("(max-width: 900px)");
const coarse = window.matchMedia("(pointer: coarse)");

export const isNarrow = (): boolean => narrow.matches;

/** Whether a finger on a component should move the canvas, as everywhere on a telephone, and not the component. */
export const isHandheld = (): boolean => narrow.matches && coarse.matches;

/** Keep to that while the window changes; what was open beside the canvas comes back with the room for it. */
export function followWidth<T extends Sides>(view: StoreApi<T>): () => void {
  let wide: Sides = { palette: true, inspector: true };
  const both = (sides: Sides) => view.setState(sides as Partial<T>);
  const follow = () => {
    const { palette, inspector } = view.getState();
    if (narrow.matches) {
      wide = { palette, inspector };
      both({ palette: false, inspector: false });
    } else both(wide);
  };
  if (narrow.matches) both({ palette: false, inspector: false });
  narrow.addEventListener("change", follow);
  const stop = view.subscribe((state, before) => {
    if (narrow.matches && state.palette && state.inspector)
      both(before.palette ? { palette: false, inspector: true } : { palette: true, inspector: false });
  });
  return () => {
    narrow.removeEventListener("change", follow);
    stop();
  };
}

/** Close what lies over the canvas, where there is no room beside it. */
export function closeSides<T extends Sides>(view: StoreApi<T>): void {
  const { palette, inspector } = view.getState();
  if (narrow.matches && (palette || inspector))
    view.setState({ palette: false, inspector: false } as Partial<T>);
}
