import { describe, expect, it } from "vitest";
import { limitsOf, within } from "@/app/sizes";

const small = { innerWidth: 1024, innerHeight: 700 };
const large = { innerWidth: 2560, innerHeight: 1440 };

describe("the sizes of panels", () => {
  it.each([small, large, { innerWidth: 905, innerHeight: 500 }])(
    "leave a third of the window to the canvas",
    (window) => {
      const sides = limitsOf("palette", window).most + limitsOf("inspector", window).most;
      expect(window.innerWidth - sides).toBeGreaterThan(window.innerWidth / 3);
      expect(limitsOf("train", window).most).toBeLessThanOrEqual(window.innerHeight * 0.7);
    },
  );

  it("have a least that fits every window", () => {
    for (const panel of ["palette", "inspector", "code"]) {
      const limits = limitsOf(panel, { innerWidth: 320, innerHeight: 100 });
      expect(limits.most).toBeGreaterThanOrEqual(limits.least);
    }
  });

  it("stay within their limits, in whole pixels", () => {
    const limits = limitsOf("inspector", small);
    expect(within(5000, limits)).toBe(limits.most);
    expect(within(-3, limits)).toBe(limits.least);
    expect(within(300.6, limits)).toBe(301);
  });
});
