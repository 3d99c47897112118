import { describe, expect, it } from "vitest";
import { placeBeside } from "@/tour/place";

const WINDOW = { width: 1440, height: 900 };
const SIZE = { width: 340, height: 200 };

function covers(anchor: { left: number; top: number; width: number; height: number }): boolean {
  const { left, top } = placeBeside(anchor, SIZE, WINDOW);
  return (
    left < anchor.left + anchor.width &&
    left + SIZE.width > anchor.left &&
    top < anchor.top + anchor.height &&
    top + SIZE.height > anchor.top
  );
}

describe("the popover of the tour", () => {
  it.each([
    ["a component", { left: 300, top: 200, width: 184, height: 150 }],
    ["the inspector", { left: 1104, top: 44, width: 336, height: 830 }],
    ["the panel below", { left: 208, top: 530, width: 896, height: 340 }],
    ["a button in the upper right corner", { left: 1290, top: 8, width: 80, height: 28 }],
    ["a component in the lower left corner", { left: 0, top: 780, width: 184, height: 120 }],
  ])("stands beside %s, and does not cover it", (_, anchor) => {
    expect(covers(anchor)).toBe(false);
  });

  it("stays in the window, whatever it points at", () => {
    for (const anchor of [
      { left: 0, top: 0, width: 1440, height: 900 },
      { left: -5000, top: 4000, width: 10, height: 10 },
    ]) {
      const { left, top } = placeBeside(anchor, SIZE, WINDOW);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left + SIZE.width).toBeLessThanOrEqual(WINDOW.width);
      expect(top + SIZE.height).toBeLessThanOrEqual(WINDOW.height);
    }
  });
});
