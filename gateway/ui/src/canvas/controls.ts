// What others may ask of the canvas while it is shown.

import type { Position } from "@/document/model";

export interface Controls {
  fit(ids?: ReadonlySet<string>): void;
  zoom(step: "in" | "out" | "reset"): void;
  /** Bring a component into the middle, and select it. */
  reveal(id: string): void;
  /** Width by height of what is seen. */
  aspect(): number;
  /** The middle of what is seen, in coordinates of the document. */
  middle(): Position;
  /** Open quick add: at the pointer, else in the middle. */
  quickAdd(): void;
  connectFrom(id: string): void;
  enlarge(id: string): void;
  /** Give the focus to a component, and bring it into sight; where there is none, give it to the canvas. */
  focus(id: string): void;
}
