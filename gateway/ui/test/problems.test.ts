import { expect, test } from "vitest";
import { resolved } from "@/code/hunks";
import { bytesText, secondsText } from "@/code/quantities";
import { diff } from "@/document/changes";
import { all, connect, disconnect, setSetting } from "@/document/edits";
import { connectionKey, type ModelDocument } from "@/document/model";
import { describe as inWords, touched } from "@/problems/describe";
import { withRoom } from "@/problems/room";

const WIRE = { from: "conv1.output", to: "dense1.input" };
const BEFORE: ModelDocument = {
  format: 1,
  dataset: null,
  components: {
    conv1: { type: "core.convolution", settings: {} },
    dense1: { type: "core.dense", settings: { units: 12 } },
  },
  connections: [WIRE],
  plugins: {},
};
const titleOf = (type: string) => type.split(".")[1] ?? type;

test("a fix is told in words", () => {
  const flatten = { type: "core.flatten", settings: {} };
  const added = { ...BEFORE, components: { ...BEFORE.components, flatten1: flatten } };
  const fix = all(
    disconnect(new Set([connectionKey(WIRE)])),
    connect({ from: "conv1.output", to: "flatten1.input" }),
    setSetting("dense1", "units", 10),
  );
  const changes = diff(BEFORE, fix(added));
  const told = inWords(changes, titleOf);
  expect(told).toContain("adds flatten1 (flatten)");
  expect(told).toContain("disconnects conv1.output from dense1.input");
  expect(told).toContain("connects conv1.output to flatten1.input");
  expect(told).toContain("changes units of dense1 from 12 to 10");
  expect([...touched(changes)].sort()).toEqual(["conv1", "dense1", "flatten1"]);
});

test("what a fix adds covers nothing", () => {
  const place = (x: number, y = 0) => ({
    type: "core.dense",
    settings: {},
    position: [x, y] as [number, number],
  });
  const before = { ...BEFORE, components: { a: place(0), b: place(260), c: place(520), d: place(260, 220) } };
  const after = { ...before, components: { ...before.components, new: place(130) } };
  const { components } = withRoom(before, after);
  const at = (id: "a" | "b" | "c" | "d" | "new") => components[id]?.position?.[0];
  expect([at("a"), at("new"), at("b"), at("c"), at("d")]).toEqual([0, 260, 520, 780, 260]);
});

test("what a fix adds without a place stands behind what feeds it", () => {
  const place = (x: number) => ({ type: "core.dense", settings: {}, position: [x, 40] as [number, number] });
  const before = { ...BEFORE, components: { conv1: place(0), dense1: place(260) } };
  const flatten1 = { type: "core.flatten", settings: {} };
  const connections = [{ from: "conv1.output", to: "flatten1.input" } as const];
  const after = { ...before, components: { ...before.components, flatten1 }, connections };
  const { components } = withRoom(before, after);
  expect(components["flatten1"]?.position).toEqual([260, 40]);
  expect(components["dense1"]?.position).toEqual([520, 40]);
});

test("each conflict is settled by its own choice", () => {
  const lines = (text: string) => ({ lines: [text], conflict: false, base: [], custom: [], template: [] });
  const conflict = (name: string) => ({
    lines: [],
    conflict: true,
    base: [`${name}0`],
    custom: [`${name}1`],
    template: [`${name}2`],
  });
  const hunks = [lines("top"), conflict("a"), lines("middle"), conflict("b")];
  expect(resolved(hunks, ["custom", "both"])).toBe("top\na1\nmiddle\nb1\nb2");
  expect(resolved(hunks, ["template", "custom"])).toBe("top\na2\nmiddle\nb1");
});

test("quantities are read at a glance", () => {
  expect([bytesText(512), bytesText(1536), bytesText(3 * 2 ** 30)]).toEqual([
    "512 B",
    "1.50 KiB",
    "3.00 GiB",
  ]);
  expect([secondsText(0.0123), secondsText(3.07), secondsText(600)]).toEqual(["12 ms", "3.1 s", "10 min"]);
});
