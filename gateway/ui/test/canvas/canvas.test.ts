import { describe, expect, it } from "vitest";
import type { ComponentType } from "@/app/workspace";
import { layout } from "@/canvas/layout";
import { closesCircle, fits, inputsOf } from "@/canvas/ports";
import { searchTypes } from "@/canvas/search";
import { heightOf, portTop } from "@/canvas/sizes";
import { neighbour } from "@/canvas/spatial";
import { needsLayout } from "@/canvas/tidy";
import { evaluate } from "@/design/expression";
import type { ModelDocument } from "@/document/model";
import { chain } from "../document/documents";

const port = (name: string, more = {}) => ({
  name,
  rank: null,
  dtype: null,
  required: true,
  repeated: false,
  ...more,
});
const type = (title: string, keywords: string[] = [], inputs = [port("input")]): ComponentType => ({
  type: `core.${title.toLowerCase()}`,
  title,
  summary: "",
  category: "layers",
  plugin: "core",
  inputs,
  outputs: [port("output")],
  settings_schema: {},
  documentation: "",
  training: false,
  metrics: [],
  keywords,
  error: null,
});

describe("ports", () => {
  const component = { type: "core.merge", settings: {} };
  const merge = type("Merge", [], [port("input", { repeated: true })]);

  it("offers one free port behind the connected ones", () => {
    const names = (connected: string[]) => inputsOf(merge, component, connected).map(({ name }) => name);
    expect(names([])).toEqual(["input"]);
    expect(names(["input"])).toEqual(["input", "input_2"]);
    expect(names(["input", "input_3"])).toEqual(["input", "input_3", "input_2"]);
  });

  it("shows a port that only a wire knows, so that the wire can be seen and removed", () => {
    expect(inputsOf(undefined, component, ["odd"]).map(({ name }) => name)).toEqual(["odd"]);
  });

  it("compares ranks with the batch axis, and types where both are known", () => {
    const image = { shape: [8, 8, 1], dtype: "float32" };
    expect(fits(port("input", { rank: 4 }), image)).toBe(true);
    expect(fits(port("input", { rank: 2 }), image)).toBe(false);
    expect(fits(port("input", { dtype: "int64" }), image)).toBe(false);
    expect(fits(port("input", { rank: 2 }), undefined)).toBe(true);
  });

  it("finds circles over several components", () => {
    expect(closesCircle(chain(), "dense1", "image")).toBe(true);
    expect(closesCircle(chain(), "conv1", "conv1")).toBe(true);
    expect(closesCircle(chain(), "image", "dense1")).toBe(false);
  });

  it("keeps every port inside its component", () => {
    const shape = { inputs: [port("a"), port("b"), port("c")], outputs: [port("output")], collapsed: true };
    expect(portTop(shape, 2)).toBeLessThan(heightOf(shape));
  });
});

describe("search", () => {
  const types = [
    type("Dense", ["Linear", "nn.Linear"]),
    type("Convolution", ["Conv2D", "nn.Conv2d"]),
    type("Pooling", ["MaxPooling2D"]),
  ];
  const first = (query: string) => searchTypes(types, query)[0]?.title;

  it.each([
    ["conv2d", "Convolution"],
    ["nn.Linear", "Dense"],
    ["maxpool", "Pooling"],
    ["den", "Dense"],
  ])("finds for %s %s", (query, title) => expect(first(query)).toBe(title));

  it("finds nothing for nonsense and all for nothing", () => {
    expect(searchTypes(types, "zzzz")).toEqual([]);
    expect(searchTypes(types, " ")).toHaveLength(3);
  });
});

describe("layout", () => {
  const long = (count: number): ModelDocument => ({
    ...chain(),
    components: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `n${index}`,
        { type: "core.dense", settings: {}, position: [0, 0] },
      ]),
    ),
    connections: Array.from({ length: count - 1 }, (_, index) => ({
      from: `n${index}.output`,
      to: `n${index + 1}.input`,
    })),
  });

  it("puts no two components on one place, and breaks long chains into lines", () => {
    const places = [...layout(long(20), new Map()).values()];
    expect(new Set(places.map(String)).size).toBe(20);
    const width = Math.max(...places.map(([x]) => x)) - Math.min(...places.map(([x]) => x));
    const height = Math.max(...places.map(([, y]) => y)) - Math.min(...places.map(([, y]) => y));
    expect(width / height).toBeLessThan(4);
  });

  it("knows a document that cannot be read", () => {
    expect(needsLayout(long(2))).toBe(true);
    expect(needsLayout(chain())).toBe(false);
  });
});

it("leads the arrow keys to the nearest in their direction", () => {
  const places = [
    { id: "a", x: 0, y: 0 },
    { id: "b", x: 100, y: 10 },
    { id: "c", x: 300, y: 0 },
    { id: "d", x: 0, y: 200 },
  ];
  const from = places[0] ?? { id: "", x: 0, y: 0 };
  expect(neighbour(places, from, "right")).toBe("b");
  expect(neighbour(places, from, "down")).toBe("d");
  expect(neighbour(places, from, "left")).toBeNull();
});

it.each([
  ["2*64", 128],
  ["(28-4)/2 + 1", 13],
  ["1e-3", 0.001],
  ["-.5", -0.5],
  ["2**3", null],
  ["alert(1)", null],
  ["1/0", null],
  ["", null],
])("reads %j as %s", (typed, value) => expect(evaluate(typed)).toBe(value));
