// What the canvas shows for the moment: a wire being drawn, a place for quick add, an enlarged preview.

import { create } from "zustand";
import type { Connection } from "@/document/model";
import type { Place } from "./adding";
import type { Dangling } from "./ports";

export interface QuickAddState {
  /** Where the window opens, in pixels of the canvas. */
  at: { x: number; y: number };
  /** Where the component goes, in coordinates of the document. */
  place: Place;
  from: Dangling | null;
}

interface CanvasState {
  /** `component.port` of every port that the wire which is being drawn may end in; null while none is. */
  legal: ReadonlySet<string> | null;
  /** The wire that a dragged component would be put into. */
  over: Connection | null;
  quickAdd: QuickAddState | null;
  enlarged: string | null;
  /** Connecting by keyboard: from a port to one of these. */
  connecting: { from: string; targets: string[]; index: number } | null;
  /** The component or the wire under the pointer, where nothing of it is an element of the page. */
  pointed: string | null;
  /** The component that has, or last had, the focus. */
  focused: string | null;
  /** The note that a command opens to be written into. */
  write: string | null;
  /** What screen readers are told. */
  said: string;
}

const CALM: CanvasState = {
  legal: null,
  over: null,
  quickAdd: null,
  enlarged: null,
  connecting: null,
  pointed: null,
  focused: null,
  write: null,
  said: "",
};

export const useCanvas = create<CanvasState>(() => CALM);

export function resetCanvas(): void {
  useCanvas.setState(CALM);
}

export function say(said: string): void {
  useCanvas.setState({ said });
}

/** The port that connecting by keyboard would end in, as `component.port`. */
export function aimOf({ connecting }: Pick<CanvasState, "connecting">): string | null {
  return connecting?.targets[connecting.index] ?? null;
}
