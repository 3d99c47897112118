import { describe, expect, it } from "vitest";
import { Pace } from "@/train/pace";

describe("the time that is left", () => {
  it("is what the steps of the last seconds cost", () => {
    const pace = new Pace();
    pace.add(0, 0);
    pace.add(1000, 10);
    expect(pace.left(110)).toBeCloseTo(10);
  });

  it("is not told after one step, after a pause, or when nothing moves", () => {
    const pace = new Pace();
    pace.add(0, 1);
    expect(pace.left(10)).toBeNull();
    pace.add(1000, 1);
    expect(pace.left(10)).toBeNull();
    pace.add(2000, 5);
    pace.forget();
    expect(pace.left(10)).toBeNull();
  });

  it("forgets how fast it was long ago", () => {
    const pace = new Pace();
    pace.add(0, 0);
    pace.add(1000, 1000);
    for (let second = 0; second <= 30; second += 1) pace.add(2000 + second * 1000, 1000 + second);
    expect(pace.left(1040)).toBeCloseTo(10, 0);
  });

  it("begins anew when steps are done a second time", () => {
    const pace = new Pace();
    pace.add(0, 100);
    pace.add(1000, 50);
    expect(pace.left(100)).toBeNull();
  });
});
