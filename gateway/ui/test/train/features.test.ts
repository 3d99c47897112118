import { describe, expect, it } from "vitest";
import type { ModelDocument } from "@/document/model";
import { firstRow, inputFeatures, type Profile } from "@/train/features";
import { likeliest, pictureOf } from "@/train/samples";

const document: ModelDocument = {
  format: 1,
  dataset: null,
  components: {
    age: { type: "core.data", settings: { feature: "age" } },
    name: { type: "core.data", settings: {}, suggested: { feature: "name" } },
    label: { type: "core.data", settings: { feature: "label" } },
    unused: { type: "core.data", settings: { feature: "unused" } },
    merge: { type: "core.merge", settings: {} },
    train: { type: "core.classification", settings: {} },
  },
  connections: [
    { from: "age.output", to: "merge.input" },
    { from: "name.output", to: "merge.input_2" },
    { from: "merge.output", to: "train.predictions" },
    { from: "label.output", to: "train.targets" },
  ],
  plugins: {},
};

describe("the row that a model needs", () => {
  it("has the columns that lead to the predictions, not the target", () => {
    expect(inputFeatures(document)).toEqual(["age", "name"]);
  });

  it("ends where a model feeds itself", () => {
    const looped = {
      ...document,
      connections: [...document.connections, { from: "merge.output", to: "merge.input_3" }],
    };
    expect(inputFeatures(looped)).toEqual(["age", "name"]);
  });

  it("begins with the mean and the first class", () => {
    const profiles = {
      age: { type: "numerical", types: [], statistics: { mean: 41.23456 } },
      name: { type: "categorical", types: [], statistics: { classes: ["Ada", "Bob"] } },
      face: { type: "image", types: [], statistics: {} },
    } satisfies Record<string, Profile>;
    expect(firstRow(["age", "name", "face"], profiles)).toEqual({ age: 41.23, name: "Ada" });
  });
});

describe("a sample", () => {
  it("has its likeliest classes first", () => {
    const prediction = { digit: "3", probabilities: { "1": 0.1, "3": 0.7, "8": 0.2 } };
    expect(likeliest(prediction, 2)).toEqual([
      ["3", 0.7],
      ["8", 0.2],
    ]);
    expect(likeliest({ price: 3 }, 2)).toEqual([]);
  });

  it("shows a picture for the bytes of one only", () => {
    expect(pictureOf(`iVBORw0KGgo${"A".repeat(40)}`)).toMatch(/^data:image\/png;base64,/);
    expect(pictureOf("a long text that is no picture at all, but has many letters")).toBeNull();
    expect(pictureOf(3)).toBeNull();
  });
});
