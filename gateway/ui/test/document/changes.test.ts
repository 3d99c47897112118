import { describe, expect, it } from "vitest";
import { apply, diff, invert, patched, same, toPatch } from "@/document/changes";
import {
  addNote,
  all,
  connect,
  type Edit,
  move,
  remove,
  removeAndHeal,
  rename,
  setCode,
  setSetting,
} from "@/document/edits";
import { chain } from "./documents";

const EDITS: Record<string, Edit> = {
  setting: setSetting("conv1", "filters", 32),
  "new setting": setSetting("conv1", "padding", "valid"),
  reset: setSetting("conv1", "filters", undefined),
  "unknown component": setSetting("nobody", "filters", 32),
  code: setCode("conv1", { text: "a", base: "b" }),
  move: move(new Map([["conv1", [5, 6]]])),
  connect: connect({ from: "image.output", to: "dense1.input" }),
  remove: remove(new Set(["conv1"])),
  heal: removeAndHeal(new Set(["conv1", "flatten1"])),
  rename: rename("conv1", "edges"),
  note: addNote({ id: "n", text: "slash / and ~", position: [0, 0], size: [1, 1] }),
  several: all(remove(new Set(["image", "flatten1"])), setSetting("dense1", "units/odd~key", 3)),
};

describe.each(Object.entries(EDITS))("an edit: %s", (_name, edit) => {
  const before = chain();
  const after = edit(before);
  const changes = diff(before, after);

  it("is what its changes do", () => expect(apply(before, changes)).toEqual(after));
  it("is taken back by their inverse, the order of wires included", () =>
    expect(same(apply(after, invert(changes)), before)).toBe(true));
  it("is what its RFC 6902 patch does", () =>
    expect(patched(before, toPatch(before, changes))).toEqual(after));
  it("leaves the document before as it was", () => expect(before).toEqual(chain()));
});

it("says nothing where nothing changed", () => {
  expect(diff(chain(), chain())).toEqual([]);
});

it("still means the same when others have changed the document", () => {
  const changes = diff(chain(), remove(new Set(["flatten1"]))(chain()));
  const moved = setSetting(
    "conv1",
    "filters",
    64,
  )(connect({ from: "image.output", to: "conv1.input" })(chain()));
  const result = apply(moved, changes);
  expect(result.components["conv1"]?.settings).toEqual({ filters: 64 });
  expect(result.connections).toEqual([{ from: "image.output", to: "conv1.input" }]);
});

it("leaves out what belongs to a component that is gone", () => {
  const changes = diff(chain(), setSetting("conv1", "filters", 32)(chain()));
  const without = remove(new Set(["conv1"]))(chain());
  expect(apply(without, changes)).toEqual(without);
});

it("refuses a patch that does not fit, with the place", () => {
  expect(() => patched(chain(), [{ op: "replace", path: "/components/nobody/type", value: 1 }])).toThrow(
    "nobody",
  );
  expect(() => patched(chain(), [{ op: "test", path: "/format", value: 2 }])).toThrow("/format");
});
