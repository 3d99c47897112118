// The edge of a panel that can be dragged, moved by the arrow keys, and set back by a double-click or Enter.

import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { text } from "@/text/text";
import styles from "./app.module.css";
import { limitsOf, resize, useSizes, within } from "./sizes";

interface SeparatorProps {
  /** The panel, as its size is kept. */
  panel: string;
  title: string;
  /** Its size before anybody has changed it. */
  normal: number;
  /** The edge of the panel that is dragged. */
  edge: "left" | "right" | "top";
}

const STEP = 16;
/** The key that makes the panel larger, and the one that makes it smaller. */
const KEYS = {
  left: ["ArrowLeft", "ArrowRight"],
  right: ["ArrowRight", "ArrowLeft"],
  top: ["ArrowUp", "ArrowDown"],
} as const;

export function Separator({ panel, title, normal, edge }: SeparatorProps) {
  const chosen = useSizes((state) => state.sizes[panel]);
  const drag = useRef<{ at: number; from: number } | null>(null);
  const limits = limitsOf(panel, window);
  const size = within(chosen ?? normal, limits);
  const at = (event: PointerEvent) => (edge === "top" ? -event.clientY : event.clientX);
  const sign = edge === "left" ? -1 : 1;
  const to = (next: number) => resize(panel, within(next, limitsOf(panel, window)));
  const onKeyDown = (event: KeyboardEvent) => {
    const [more, less] = KEYS[edge];
    const step = event.shiftKey ? 4 * STEP : STEP;
    if (event.key === more) to(size + step);
    else if (event.key === less) to(size - step);
    else if (event.key === "Home") to(limits.least);
    else if (event.key === "End") to(limits.most);
    else if (event.key === "Enter") resize(panel, null);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved.
    <div
      role="separator"
      tabIndex={0}
      className={styles["separator"]}
      data-edge={edge}
      aria-label={text("panel.size", { title })}
      aria-orientation={edge === "top" ? "horizontal" : "vertical"}
      aria-valuenow={size}
      aria-valuemin={limits.least}
      aria-valuemax={limits.most}
      title={text("panel.size.hint")}
      // Else the browser drags what lies below, or selects text.
      onMouseDown={(event) => event.preventDefault()}
      onPointerDown={(event) => {
        drag.current = { at: at(event), from: size };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (drag.current) to(drag.current.from + sign * (at(event) - drag.current.at));
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
      onPointerCancel={() => {
        drag.current = null;
      }}
      onDoubleClick={() => resize(panel, null)}
      onKeyDown={onKeyDown}
    />
  );
}
