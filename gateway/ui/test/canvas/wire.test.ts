import { describe, expect, it } from "vitest";
import { labelOf } from "@/canvas/wirePath";

describe("what a wire says", () => {
  it("is the shape, and the type where it is not the usual one", () => {
    expect(labelOf({ shape: [8, 8, 1], dtype: "float32" }, 200)).toBe("8 × 8 × 1");
    expect(labelOf({ shape: [], dtype: "int64" }, 200)).toBe("scalar int64");
  });

  it("leaves the type out where that would run into the components", () => {
    expect(labelOf({ shape: [], dtype: "int64" }, 60)).toBe("scalar");
  });
});
