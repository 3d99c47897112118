// Where the tour is: kept in this browser, so that it can be left and resumed.

import { create } from "zustand";

const KEY = "glasswork tour";

interface Kept {
  /** The model that the tour runs on; null before it began. */
  model: string | null;
  /** The step that comes next. */
  step: number;
  /** Whether the start page offers it. */
  offered: boolean;
}

interface Tour extends Kept {
  /** Whether it is on the screen. */
  running: boolean;
}

function stored(): Kept {
  const fresh: Kept = { model: null, step: 0, offered: true };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return typeof kept === "object" && kept !== null ? { ...fresh, ...kept } : fresh;
  } catch {
    return fresh;
  }
}

export const useTour = create<Tour>(() => ({ ...stored(), running: false }));

useTour.subscribe(({ model, step, offered }) => {
  localStorage.setItem(KEY, JSON.stringify({ model, step, offered }));
});

export function beginTour(model: string): void {
  useTour.setState({ model, step: 0, running: true });
}

/** Show the tour again where it was left. */
export function resumeTour(): void {
  useTour.setState({ running: true });
}

export function leaveTour(): void {
  useTour.setState({ running: false });
}

/** The tour is through; it begins anew when it is asked for again, and is offered no more. */
export function endTour(): void {
  useTour.setState({ step: 0, model: null, running: false, offered: false });
}

export function goTo(step: number): void {
  useTour.setState({ step });
}
