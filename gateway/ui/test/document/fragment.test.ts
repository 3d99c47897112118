import { expect, it } from "vitest";
import { fragmentOf } from "@/document/edits";
import { readFragment } from "@/document/fragment";
import type { ModelDocument } from "@/document/model";
import { chain } from "./documents";

const fragment = (part: Record<string, unknown>) =>
  JSON.stringify({ glasswork: 1, components: {}, connections: [], ...part });
const component = (part: Record<string, unknown>) =>
  fragment({ components: { a: { type: "core.dense", settings: {}, ...part } } });
const wire = (from: string, to: string) =>
  fragment({ components: { a: { type: "core.dense", settings: {} } }, connections: [{ from, to }] });
const setting = (value: string) => component({ settings: { x: "VALUE" } }).replace('"VALUE"', value);

it.each([
  "",
  "not json",
  "{}",
  "null",
  "[1]",
  "7",
  '{"a": 1}',
  '{"glasswork": 2}',
  "[".repeat(5000),
  '{"format": 1, "components": {"x": {"type": "nope.nope"}}, "connections": 7}',
])("finds no components in %j", (content) =>
  expect(() => readFragment(content)).toThrow("holds no components"),
);

it.each([
  ["components", '{"glasswork": 1}'],
  ["components", fragment({ components: [] })],
  ["components.a", fragment({ components: { a: null } })],
  ["components.A b", fragment({ components: { "A b": { type: "core.dense", settings: {} } } })],
  ["components.__proto__", component({}).replace('"a"', '"__proto__"')],
  ["components.a.type", component({ type: "dense" })],
  ["components.a.type", component({ type: "core.dense\n" })],
  ["components.a.settings", component({ settings: [] })],
  ["components.a.settings", setting("1e18")],
  ["components.a.settings", setting("[1e999]")],
  ["components.a.settings", setting('"\\ud800"')],
  ["components.a.settings", setting(`${"[".repeat(70)}${"]".repeat(70)}`)],
  ["components.a.suggested", component({ suggested: 7 })],
  ["components.a.shares", component({ shares: "Not a name" })],
  ["components.a.code", component({ code: "x" })],
  ["components.a.code.text", component({ code: {} })],
  ["components.a.code.base", component({ code: { text: "x", base: 1 } })],
  ["components.a.ports", component({ ports: [] })],
  ["components.a.ports.inputs", component({ ports: { inputs: 7 } })],
  ["components.a.ports.outputs", component({ ports: { outputs: ["a b"] } })],
  ["components.a.position", component({ position: [0] })],
  ["components.a.position", component({ position: ["1", 0] })],
  ["components.a.bypassed", component({ bypassed: "yes" })],
  ["connections", fragment({ connections: {} })],
  ["connections.0", fragment({ connections: [7] })],
  ["connections.0.to", wire("a.output", "a.")],
  ["connections.0.from", wire("a", "a.input")],
  ["connections.0", wire("a.output", "b.input")],
  ["connections.0", wire("constructor.output", "a.input")],
  ["notes", fragment({ notes: 7 })],
  ["notes.0.size", fragment({ notes: [{ text: "no place" }] })],
  ["notes.0.size", fragment({ notes: [{ text: "", position: [0, 0], size: [-1, 5] }] })],
])("says that %s does not fit", (place, content) => {
  expect(() => readFragment(content)).toThrow(`in the clipboard ${place} is not`);
});

it("gives back what was copied, and each wire once", () => {
  const document: ModelDocument = {
    ...chain(),
    notes: [{ id: "n", text: "é", position: [1, 2], size: [3, 4] }],
  };
  document.components["twin"] = {
    type: "core.convolution",
    settings: { rate: 1e-3, far: 1e30, size: [3, null, true] },
    suggested: {},
    shares: "conv1",
    code: { text: "x", base: "" },
    ports: { inputs: ["mask"], outputs: [] },
    position: [-5, 0.5],
    bypassed: true,
    collapsed: true,
  };
  const copied = fragmentOf(document, new Set([...Object.keys(document.components), "n"]));
  const twice = { ...copied, connections: [...copied.connections, ...copied.connections] };
  const [{ id: _id, ...note }] = document.notes as [NonNullable<ModelDocument["notes"]>[number]];
  expect(readFragment(JSON.stringify(twice))).toEqual({ ...copied, notes: [note] });
});

it("leaves out what no document has", () => {
  const { components } = readFragment(
    component({ constructor: 1, onclick: "x", collapsed: false, shares: null }),
  );
  expect(components).toEqual({ a: { type: "core.dense", settings: {} } });
});
