// The colours of the far view: those of the theme, as a canvas takes them.

import { categoryColor } from "@/design/icons";

export interface Look {
  font: string;
  text: string;
  line: string;
  wire: string;
  accent: string;
  error: string;
  warning: string;
  /** Text on the colours of findings. */
  onFinding: string;
  /** How a block of a category is filled, and its upper edge. */
  block(category: string): { fill: string; edge: string };
}

/** Read the colours that hold for an element; it is the probe, and shows no text. */
export function lookOf(element: HTMLElement): Look {
  const colour = (value: string) => {
    element.style.color = value;
    return getComputedStyle(element).color;
  };
  const mix = (value: string, part: number) => colour(`color-mix(in oklab, ${value} ${part}%, var(--panel))`);
  const blocks = new Map<string, { fill: string; edge: string }>();
  return {
    font: getComputedStyle(element).fontFamily,
    text: colour("var(--fg)"),
    line: mix("var(--fg)", 22),
    wire: colour("var(--line-strong)"),
    accent: colour("var(--accent)"),
    error: colour("var(--err)"),
    warning: colour("var(--warn)"),
    onFinding: colour("var(--panel)"),
    block: (category) => {
      const value = categoryColor(category);
      const known = blocks.get(value) ?? { fill: mix(value, 22), edge: mix(value, 70) };
      blocks.set(value, known);
      return known;
    },
  };
}
