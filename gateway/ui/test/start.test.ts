import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { ordered } from "@/start/order";
import {
  barsOf,
  columnsOf,
  firstPlan,
  requestOf,
  sentence,
  splitTrouble,
  valuesText,
  withType,
} from "@/start/plan";
import { mainMetric, metricText } from "@/start/runs";
import { nameOf } from "@/start/upload";

const feature = (type: string, types: string[], statistics: Record<string, unknown>) => ({
  type,
  types,
  statistics,
});

const DATASET: Schemas["Dataset"] = {
  id: "wine",
  name: "wine",
  hash: "sha256:0",
  created: "2026-01-01T00:00:00Z",
  rows: 10,
  table: "wine.csv",
  features: {
    alcohol: feature("numerical", ["numerical"], {
      min: 11,
      max: 14.5,
      mean: 13,
      histogram: [1, 4, 2],
      unique: 7,
    }),
    shop: feature("categorical", ["categorical"], { classes: ["a"], class_counts: [10], unique: 1 }),
    cultivar: feature("categorical", ["categorical", "numerical"], {
      classes: ["1", "2", "3", "4", "5"],
      class_counts: [2, 2, 2, 2, 2],
      unique: 5,
    }),
  },
  targets: [],
  warnings: [],
};

describe("the plan of a new model", () => {
  it("reads every column that can tell something, and asks for a target", () => {
    const plan = firstPlan(DATASET);
    expect(plan.roles).toEqual({ alcohol: "input", shop: "none", cultivar: "input" });
    expect(requestOf("wine", plan)).toBeNull();
  });

  it("takes the targets that a dataset declares", () => {
    expect(columnsOf(firstPlan({ ...DATASET, targets: ["cultivar"] }), "target")).toEqual(["cultivar"]);
  });

  it("asks with shares that sum to one and the types that differ", () => {
    const chosen = firstPlan({ ...DATASET, targets: ["cultivar"] });
    const plan = withType(chosen, DATASET, "cultivar", "numerical");
    expect(requestOf("wine", plan)).toEqual({
      dataset: "wine",
      inputs: ["alcohol"],
      targets: ["cultivar"],
      types: { cultivar: "numerical" },
      split: { train: 0.7, validation: 0.2, test: 0.1, seed: 123 },
    });
    expect(withType(plan, DATASET, "cultivar", "categorical").types).toEqual({});
    expect(sentence(plan)).toBe("Predict cultivar from alcohol.");
  });

  it("refuses a split that does not sum to 100, or leaves nothing to train on", () => {
    const plan = firstPlan(DATASET);
    expect(splitTrouble(plan)).toBeNull();
    expect(splitTrouble({ ...plan, split: { ...plan.split, test: 20 } })).toMatch(/sum to 100/);
    expect(splitTrouble({ ...plan, split: { ...plan.split, train: 0, validation: 90 } })).toMatch(
      /left to train/,
    );
  });

  it("says what a column holds, and draws it", () => {
    const show = (value: number) => String(value);
    expect(valuesText(DATASET.features["alcohol"]?.statistics ?? {}, show)).toBe("11 to 14.5, mean 13");
    expect(valuesText(DATASET.features["cultivar"]?.statistics ?? {}, show)).toBe("5 classes: 1, 2, 3, 4, …");
    expect(barsOf(DATASET.features["alcohol"]?.statistics ?? {})).toEqual([0.25, 1, 0.5]);
    expect(barsOf({ height: 8, width: 8 })).toEqual([]);
  });
});

const model = (id: string, updated: string, count: number, run: string | null = null): Schemas["Model"] => ({
  id,
  name: id.toUpperCase(),
  created: updated,
  updated,
  etag: "",
  base: null,
  component_count: count,
  last_run: run
    ? { id: run, state: "SUCCEEDED", progress: 1, created: run, ended: run, metrics: {}, test: {} }
    : null,
});

describe("the list of models", () => {
  const models = [
    model("b2", "2026-01-02", 3),
    model("b10", "2026-01-03", 1, "2026-01-04"),
    model("a", "2026-01-01", 2),
  ];
  const ids = (by: "name" | "size" | "run" | "updated", ascending: boolean, search = "") =>
    ordered(models, search, { by, ascending }).map(({ id }) => id);

  it("is sorted by each column, numbers in names as numbers", () => {
    expect(ids("name", true)).toEqual(["a", "b2", "b10"]);
    expect(ids("size", false)).toEqual(["b2", "a", "b10"]);
    expect(ids("updated", false)).toEqual(["b10", "b2", "a"]);
    expect(ids("run", false)[0]).toBe("b10");
  });

  it("holds what has all words of a search", () => {
    expect(ids("name", true, "B")).toEqual(["b2", "b10"]);
    expect(ids("name", true, "b 10")).toEqual(["b10"]);
    expect(ids("name", true, "zebra")).toEqual([]);
  });
});

describe("a run in a few words", () => {
  const run = { id: "r", state: "SUCCEEDED" as const, progress: 1, created: "", ended: "" };

  it("has the figure of its test before that of its training", () => {
    const metrics = { val_accuracy: 0.9, loss: 0.1 };
    expect(mainMetric({ ...run, metrics, test: { rows: 20, accuracy: 0.95 } })).toEqual({
      name: "accuracy",
      value: 0.95,
      tested: true,
    });
    expect(mainMetric({ ...run, metrics, test: {} })).toEqual({
      name: "val_accuracy",
      value: 0.9,
      tested: false,
    });
    expect(mainMetric({ ...run, metrics: {}, test: {} })).toBeNull();
  });

  it("shows shares as percent, and other figures as they are", () => {
    expect(metricText("accuracy", 0.9567)).toBe("95.7 %");
    expect(metricText("rmse", 12.3456)).toBe("12.35");
  });
});

describe("the name of an upload", () => {
  it("is that of the file without its ending", () => {
    expect(nameOf("My wine.csv")).toBe("My wine");
    expect(nameOf(".csv")).toBe(".csv");
  });
});
