import { expect, it } from "vitest";
import {
  addComponent,
  all,
  changeGroup,
  changeNote,
  connect,
  move,
  remove,
  setSetting,
} from "@/document/edits";
import { merge } from "@/document/merge";
import { chain } from "./documents";

it("keeps the changes of both", () => {
  const ours = setSetting("conv1", "filters", 32)(chain());
  const theirs = setSetting("dense1", "units", 3)(chain());
  const { document, conflicts } = merge(chain(), ours, theirs);
  expect(document.components["conv1"]?.settings).toEqual({ filters: 32 });
  expect(document.components["dense1"]?.settings).toEqual({ units: 3 });
  expect(conflicts).toEqual([]);
});

it("keeps ours where both have changed one place, and says so", () => {
  const ours = setSetting("conv1", "filters", 32)(chain());
  const theirs = setSetting("conv1", "filters", 64)(chain());
  const { document, conflicts } = merge(chain(), ours, theirs);
  expect(document.components["conv1"]?.settings).toEqual({ filters: 32 });
  expect(conflicts.map(({ path }) => path.join("."))).toEqual(["components.conv1.settings.filters"]);
});

it("sees no conflict where both did the same", () => {
  const both = setSetting("conv1", "filters", 32)(chain());
  expect(merge(chain(), both, setSetting("conv1", "filters", 32)(chain())).conflicts).toEqual([]);
});

it("keeps a component that they removed and we have edited", () => {
  const ours = setSetting("conv1", "filters", 32)(chain());
  const { document, conflicts } = merge(chain(), ours, remove(new Set(["conv1"]))(chain()));
  expect(document.components["conv1"]?.settings).toEqual({ filters: 32 });
  expect(conflicts).toHaveLength(1);
});

it("leaves no wire to what is gone, and one wire at most into a port", () => {
  const ours = connect({ from: "image.output", to: "dense1.input" })(remove(new Set(["flatten1"]))(chain()));
  const added = addComponent("pool1", { type: "core.pooling", settings: {} })(chain());
  const theirs = connect({ from: "flatten1.output", to: "pool1.input" })(added);
  const { document } = merge(chain(), ours, theirs);
  const ends = document.connections
    .flatMap(({ from, to }) => [from, to])
    .map((end) => end.split(".")[0] ?? "");
  expect(ends.every((id) => id in document.components)).toBe(true);
  expect(new Set(document.connections.map(({ to }) => to)).size).toBe(document.connections.length);
});

it("converges in whatever order two tabs save", () => {
  const one = move(new Map([["conv1", [1, 1]]]))(chain());
  const other = setSetting("conv1", "filters", 64)(chain());
  expect(merge(chain(), one, other).document).toEqual(merge(chain(), other, one).document);
});

it("keeps a note and a group that they removed and we have edited", () => {
  const base = {
    ...chain(),
    notes: [
      { id: "n1", text: "old", position: [0, 0] as [number, number], size: [9, 9] as [number, number] },
    ],
    groups: [{ id: "g1", title: "Old", color: "blue", components: ["conv1", "flatten1"] }],
  };
  const ours = all(changeNote("n1", { text: "new" }), changeGroup("g1", { title: "New" }))(base);
  const theirs = remove(new Set(["flatten1"]))({ ...chain() });
  const { document, conflicts } = merge(base, ours, theirs);
  expect(document.notes?.map(({ text }) => text)).toEqual(["new"]);
  expect(document.groups).toEqual([{ id: "g1", title: "New", color: "blue", components: ["conv1"] }]);
  expect(conflicts).toHaveLength(2);
});
