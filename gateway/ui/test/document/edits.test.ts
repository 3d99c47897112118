import { expect, it, vi } from "vitest";
import {
  connect,
  fragmentOf,
  group,
  insertOnWire,
  move,
  paste,
  remove,
  removeAndHeal,
  rename,
} from "@/document/edits";
import { freeId, freshId, isComponentId } from "@/document/model";
import { chain } from "./documents";

it("heals over several components in a row", () => {
  const healed = removeAndHeal(new Set(["conv1", "flatten1"]))(chain());
  expect(Object.keys(healed.components)).toEqual(["image", "dense1"]);
  expect(healed.connections).toEqual([{ from: "image.output", to: "dense1.input" }]);
});

it("replaces the wire that led into a port", () => {
  const { connections } = connect({ from: "image.output", to: "dense1.input" })(chain());
  expect(connections.filter((wire) => wire.to === "dense1.input")).toEqual([
    { from: "image.output", to: "dense1.input" },
  ]);
});

it("puts a component into a wire", () => {
  const { connections } = insertOnWire(
    { from: "image.output", to: "conv1.input" },
    "pool1",
    "input",
    "output",
  )(chain());
  expect(connections).toContainEqual({ from: "image.output", to: "pool1.input" });
  expect(connections).toContainEqual({ from: "pool1.output", to: "conv1.input" });
  expect(connections).toHaveLength(4);
});

it("keeps coordinates numbers", () => {
  const { components } = move(new Map([["conv1", [Number.NaN, Number.POSITIVE_INFINITY]]]))(chain());
  expect(components["conv1"]?.position).toEqual([0, 0]);
});

it("renames in wires, groups and shared layers", () => {
  const shared = chain();
  const conv1 = shared.components["conv1"];
  if (conv1) shared.components["twin"] = { ...conv1, shares: "conv1" };
  const made = group({ id: "g", title: "", color: "data", components: ["conv1", "image"] })(shared);
  const renamed = rename("conv1", "edges")(made);
  expect(renamed.components["twin"]?.shares).toBe("edges");
  expect(renamed.groups?.[0]?.components).toEqual(["edges", "image"]);
  expect(renamed.connections).toContainEqual({ from: "edges.output", to: "flatten1.input" });
});

it("takes a layer's share away with the layer", () => {
  const shared = chain();
  shared.components["twin"] = { type: "core.convolution", settings: {}, shares: "conv1" };
  expect(remove(new Set(["conv1"]))(shared).components["twin"]).not.toHaveProperty("shares");
});

it("pastes under free names with the wires among what was copied", () => {
  const fragment = fragmentOf(chain(), new Set(["conv1", "flatten1"]));
  const { edit, ids } = paste(chain(), fragment, [10, 20]);
  const pasted = edit(chain());
  expect(ids).toEqual(["conv2", "flatten2"]);
  expect(pasted.components["conv2"]?.position).toEqual([270, 20]);
  expect(pasted.connections.at(-1)).toEqual({ from: "conv2.output", to: "flatten2.input" });
  expect(pasted.connections).toHaveLength(4);
});

it("pastes nothing outside of the canvas", () => {
  const fragment = fragmentOf(chain(), new Set(["conv1"]));
  const note = {
    text: "far",
    position: [-1e300, 0.4] as [number, number],
    size: [10, 10] as [number, number],
  };
  const { edit } = paste(chain(), { ...fragment, notes: [note] }, [1e8, 20]);
  const pasted = edit(chain());
  expect(pasted.components["conv2"]?.position).toEqual([1e6, 20]);
  expect(pasted.notes?.[0]?.position).toEqual([-1e6, 20]);
});

it("makes ids that nothing else has, also where the page is not served securely", () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const ids = [freshId("note"), freshId("note")];
  vi.unstubAllGlobals();
  expect(ids[0]).toMatch(/^note-[0-9a-f]{8}$/);
  expect(ids[0]).not.toBe(ids[1]);
});

it("finds names that are free, and knows which may not be", () => {
  expect(freeId(["conv1", "conv2"], "Conv!")).toBe("conv3");
  expect(freeId([], "123")).toBe("component1");
  expect(["conv1", "a_b"].every(isComponentId)).toBe(true);
  expect(isComponentId("a".repeat(63))).toBe(true);
  const bad = ["Conv", "1a", "1x", "lambda", "class", "a-b", "x y", "Ünïcode", "a".repeat(64), ""];
  expect(bad.filter(isComponentId)).toEqual([]);
});
