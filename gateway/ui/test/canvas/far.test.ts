import { describe, expect, it } from "vitest";
import { around, boxOf } from "@/canvas/boxes";
import { awakeOf } from "@/canvas/far/awake";
import { distanceTo } from "@/canvas/far/distance";
import { linesOf } from "@/canvas/far/names";
import { componentsIn, sceneOf, thingAt } from "@/canvas/far/scene";
import { NodeMaker } from "@/canvas/nodes";
import { pathOf } from "@/canvas/wirePath";
import type { ModelDocument } from "@/document/model";
import { EMPTY_DOCUMENT } from "@/document/model";

/** Three in a line, and one below that the last leads back to. */
const DOCUMENT: ModelDocument = {
  ...EMPTY_DOCUMENT,
  components: Object.fromEntries(
    ["a", "b", "c", "d"].map((id, index) => [
      id,
      { type: "core.dense", settings: {}, position: id === "d" ? [0, 400] : [index * 260, 0] },
    ]),
  ),
  connections: [
    { from: "a.output", to: "b.input" },
    { from: "b.output", to: "c.input" },
    { from: "c.output", to: "d.input" },
  ],
};
const NONE = new Set<string>();

function scene(selection: ReadonlySet<string> = NONE, awake: ReadonlySet<string> | null = null) {
  const maker = new NodeMaker(new Map());
  return sceneOf(maker.nodes(DOCUMENT, selection, null, awake), maker.wires(DOCUMENT, NONE));
}

describe("the far view", () => {
  it("finds the component at a point, whether or not it is an element of the page", () => {
    expect(thingAt(scene(NONE, new Set(["a"])), 300, 20, 5)).toBe("b");
    expect(thingAt(scene(), 300, 300, 5)).toBeNull();
  });

  it("finds the topmost of two, which is the selected one", () => {
    const moved = new Map<string, [number, number]>([["b", [20, 20]]]);
    const maker = new NodeMaker(new Map());
    const at = (selection: ReadonlySet<string>) =>
      thingAt(sceneOf(maker.nodes(DOCUMENT, selection, moved), []), 100, 60, 0);
    expect(at(NONE)).toBe("b");
    expect(at(new Set(["a"]))).toBe("a");
  });

  it("finds the wire in reach, and none beyond", () => {
    const { wires } = scene();
    const [first] = wires;
    const middle = ((first?.ends.sourceX ?? 0) + (first?.ends.targetX ?? 0)) / 2;
    const y = first?.ends.sourceY ?? 0;
    expect(thingAt(scene(), middle, y + 4, 5)).toBe("a.output>b.input");
    expect(thingAt(scene(), middle, y + 9, 5)).toBeNull();
  });

  it("finds what lies wholly in a box", () => {
    expect(componentsIn(scene(), { x: -10, y: -10, width: 500, height: 300 })).toEqual(["a", "b"]);
    expect(componentsIn(scene(), { x: 10, y: -10, width: 500, height: 300 })).toEqual(["b"]);
  });

  it("puts a box around all, and none around nothing", () => {
    const maker = new NodeMaker(new Map());
    const all = around(maker.nodes(DOCUMENT, NONE, null).map(boxOf));
    expect([all?.x, all?.y, all?.width]).toEqual([0, 0, 704]);
    expect(around([])).toBeNull();
  });
});

describe("wires", () => {
  const back = { sourceX: 700, sourceY: 20, targetX: 0, targetY: 420 };

  it("are near where they are drawn, also where they lead back", () => {
    expect(distanceTo(back, [350, 188], 10)).toBe(0);
    expect(distanceTo(back, [350, 20], 10)).toBe(Number.POSITIVE_INFINITY);
    expect(distanceTo({ sourceX: 0, sourceY: 0, targetX: 100, targetY: 80 }, [50, 40], 10)).toBeCloseTo(0);
  });

  it("have their text in the middle", () => {
    expect(pathOf(back).slice(1)).toEqual([350, 188]);
    expect(pathOf({ sourceX: 0, sourceY: 0, targetX: 100, targetY: 80 }).slice(1)).toEqual([50, 40]);
  });
});

describe("what is awake", () => {
  const calm = { pointed: null, focused: null, aim: "", over: null, selection: NONE, wires: NONE };

  it("is something that Tab reaches, with its neighbours", () => {
    expect(awakeOf(DOCUMENT, calm)).toContain("a");
    const awake = awakeOf(DOCUMENT, { ...calm, focused: "c" });
    expect(["b", "c", "d"].every((id) => awake.has(id))).toBe(true);
    expect(awakeOf(DOCUMENT, { ...calm, focused: "gone" })).toContain("a");
  });

  it("is what is pointed at and the last that was selected, never all that is", () => {
    const awake = awakeOf(DOCUMENT, { ...calm, pointed: "b.output>c.input", selection: new Set(["a", "d"]) });
    expect([...awake].sort()).toEqual(["b.output>c.input", "c", "d"]);
  });

  it("is shown, and all else is hidden", () => {
    const maker = new NodeMaker(new Map());
    const shown = maker.nodes(DOCUMENT, NONE, null, new Set(["b"])).filter(({ hidden }) => !hidden);
    expect(shown.map(({ id }) => id)).toEqual(["b"]);
    const [first] = maker.nodes(DOCUMENT, NONE, null);
    expect(maker.nodes(DOCUMENT, NONE, null)[0]).toBe(first);
  });
});

describe("names", () => {
  const measure = (text: string) => text.length * 6;

  it("are broken before a number and behind a line, and cut at the end", () => {
    expect(linesOf("dense123", 36, 2, measure)).toEqual(["dense", "123"]);
    expect(linesOf("ink_normalize", 60, 2, measure)).toEqual(["ink_", "normalize"]);
    expect(linesOf("batchnormalization", 48, 2, measure)).toEqual(["batchnor", "malizat…"]);
    expect(linesOf("a", 60, 2, measure)).toEqual(["a"]);
  });

  it("are left out where nothing of them can be read", () => {
    expect(linesOf("dense", 12, 2, measure)).toEqual([]);
    expect(linesOf("dense", 60, 0, measure)).toEqual([]);
  });
});
