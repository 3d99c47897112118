import { describe, expect, it } from "vitest";
import { layered } from "@/canvas/layered";

const GAP = 20;

function placed(edges: [string, string][], height: (id: string) => number = () => 100) {
  const ids = [...new Set(edges.flat())];
  return new Map(layered(ids, edges, height, GAP).map((item) => [item.id, item]));
}

const chain = (count: number): [string, string][] =>
  Array.from({ length: count - 1 }, (_, index) => [`n${index}`, `n${index + 1}`]);

describe("layered", () => {
  it("puts a chain on one height, whatever the heights of its components are", () => {
    const found = [...placed(chain(30), (id) => 40 + id.length * 30).values()];
    expect(new Set(found.map(({ y }) => y)).size).toBe(1);
    expect(found.map(({ layer }) => layer)).toEqual(found.map((_, index) => index));
  });

  it("puts what is needed late beside what needs it", () => {
    const found = placed([...chain(6), ["late", "n5"]]);
    expect(found.get("late")?.layer).toBe(4);
  });

  it("leaves a gap between components of one layer", () => {
    const edges: [string, string][] = ["a", "b", "c", "d"].flatMap((id) => [
      ["start", id],
      [id, "end"],
    ]);
    const found = placed(edges, (id) => (id === "b" ? 180 : 60));
    const layer = [...found.values()]
      .filter((item) => item.layer === 1)
      .sort((one, other) => one.y - other.y);
    for (const [index, item] of layer.entries()) {
      const next = layer[index + 1];
      if (next) expect(next.y - item.y - item.height).toBeGreaterThanOrEqual(GAP - 1);
    }
  });

  it("uncrosses wires where it can", () => {
    const found = placed([
      ["start", "a"],
      ["start", "b"],
      ["b", "y"],
      ["a", "x"],
      ["y", "end"],
      ["x", "end"],
    ]);
    const y = (id: string) => found.get(id)?.y ?? 0;
    expect(Math.sign(y("a") - y("b"))).toBe(Math.sign(y("x") - y("y")));
  });

  it("stands what feeds one component in the order of its ports", () => {
    for (const [upper, lower] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const found = placed([
        ["start", "b"],
        ["start", "a"],
        [upper, "end"],
        [lower, "end"],
      ]);
      expect(found.get(upper)?.y).toBeLessThan(found.get(lower)?.y ?? 0);
    }
  });

  it("keeps a long wire clear of the components that it passes", () => {
    const found = placed([...chain(5), ["n0", "n4"]]);
    const inner = found.get("n2");
    const ends = ((found.get("n0")?.y ?? 0) + (found.get("n4")?.y ?? 0)) / 2;
    expect(Math.abs((inner?.y ?? 0) - ends)).toBeGreaterThan(10);
  });

  it("places circles, what is alone, and two wires between the same components", () => {
    const found = placed([
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
      ["c", "d"],
      ["c", "d"],
      ["a", "d"],
      ["a", "d"],
    ]);
    expect(found.size).toBe(4);
    expect(layered(["one", "two"], [], () => 50, GAP).map(({ y }) => y)).toEqual([-60, 10]);
    expect(layered([], [], () => 50, GAP)).toEqual([]);
  });

  it("places a thousand components in a moment", () => {
    const start = performance.now();
    placed(chain(1000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
