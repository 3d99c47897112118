import { describe, expect, it } from "vitest";
import type { ModelDocument } from "@/document/model";
import { best, differences, lowerIsBetter, primaryMetric, type Run, testOf, verdict } from "@/train/compare";

const METRICS = ["loss", "accuracy", "f1"];

function run(id: string, test: Record<string, unknown> | null, more: Partial<Run> = {}): Run {
  return { id, created: `2026-01-0${id}`, dataset: "d", test, ...more } as Run;
}

const tested = (accuracy: number, low: number, high: number) => ({
  accuracy,
  f1: accuracy,
  rows: 100,
  interval: { accuracy: [low, high] },
  baseline: { commonest: { accuracy: 0.1 } },
});

describe("which run is better", () => {
  it("is told by the first metric of the test, with its direction", () => {
    const [one, two] = [run("1", tested(0.9, 0.85, 0.95)), run("2", tested(0.99, 0.96, 1))];
    expect(verdict(one, two, METRICS)).toMatchObject({
      kind: "better",
      better: two,
      worse: one,
      metric: "accuracy",
      values: [0.99, 0.9],
      sure: true,
    });
  });

  it("is unsure where the intervals overlap, or are not known", () => {
    const [one, two] = [run("1", tested(0.9, 0.85, 0.97)), run("2", tested(0.99, 0.96, 1))];
    expect(verdict(one, two, METRICS)).toMatchObject({ kind: "better", sure: false });
    const without = run("3", { accuracy: 0.1, rows: 100 });
    expect(verdict(one, without, METRICS)).toMatchObject({ kind: "better", better: one, sure: false });
  });

  it("takes less for better where the metric is an error", () => {
    const [one, two] = [run("1", { rmse: 3, rows: 9 }), run("2", { rmse: 2, rows: 9 })];
    expect(verdict(one, two, ["loss", "rmse"])).toMatchObject({ better: two, values: [2, 3] });
    expect(["loss", "val_loss", "mae", "rmse"].every(lowerIsBetter)).toBe(true);
    expect(["accuracy", "auc", "f1", "r2", "precision"].some(lowerIsBetter)).toBe(false);
  });

  it("is not told of runs that were tested on other rows, or not at all", () => {
    const one = run("1", tested(0.9, 0.8, 1));
    expect(verdict(one, run("2", null), METRICS)).toEqual({ kind: "unknown", reason: "noTest" });
    const elsewhere = run("2", tested(0.9, 0.8, 1), { dataset: "other" });
    expect(verdict(one, elsewhere, METRICS)).toEqual({ kind: "unknown", reason: "otherData" });
    expect(verdict(one, run("2", { mae: 1, rows: 100 }), METRICS)).toMatchObject({ reason: "otherMetric" });
  });

  it("finds two that are equal", () => {
    const same = tested(0.9, 0.8, 1);
    expect(verdict(run("1", same), run("2", same), METRICS)).toMatchObject({ kind: "equal", value: 0.9 });
  });

  it("finds the best of all, the older of equals", () => {
    const runs = [
      run("3", tested(0.9, 0.8, 1)),
      run("2", tested(0.9, 0.8, 1)),
      run("1", tested(0.5, 0.4, 0.6)),
    ];
    expect(best([...runs, run("4", null)], METRICS)?.id).toBe("2");
    expect(best([run("1", null)], METRICS)).toBeNull();
  });

  it("reads what a test says", () => {
    expect(testOf(null)).toBeNull();
    expect(testOf(tested(0.9, 0.8, 1))?.values).toEqual({ accuracy: 0.9, f1: 0.9 });
    expect(primaryMetric(run("1", tested(0.9, 0.8, 1)), ["loss", "f1"])).toBe("f1");
  });
});

describe("what differs between two documents", () => {
  const document = (filters: number, more: Partial<ModelDocument> = {}): ModelDocument => ({
    format: 1,
    dataset: null,
    components: {
      conv1: { type: "core.convolution", settings: { filters }, suggested: { filters: 8, strides: 1 } },
    },
    connections: [],
    plugins: {},
    ...more,
  });

  it("is what counts: a setting over its suggestion", () => {
    expect(differences(document(16), document(32))).toEqual([
      { place: "conv1.filters", before: "16", after: "32" },
    ]);
    const suggested = {
      conv1: { type: "core.convolution", settings: {}, suggested: { filters: 16, strides: 1 } },
    };
    expect(differences(document(16), document(0, { components: suggested }))).toEqual([]);
  });

  it("names components that came or went, and wires, but not where they stand", () => {
    const moved = document(16);
    (moved.components["conv1"] as { position?: [number, number] }).position = [5, 5];
    expect(differences(document(16), moved)).toEqual([]);
    const more = document(16, { connections: [{ from: "a.output", to: "conv1.input" }] });
    more.components["dense1"] = { type: "core.dense", settings: {} };
    expect(differences(document(16), more).map(({ place }) => place)).toEqual(["dense1", "connections"]);
  });
});
