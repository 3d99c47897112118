import { describe, expect, it } from "vitest";
import { aligned, Curves, smoothed } from "@/train/curves";

describe("the curves of a run", () => {
  it("have the batches of the epoch under way behind the finished epochs", () => {
    const curves = new Curves();
    curves.steps = 40;
    curves.batch(0, 20, { loss: 2 });
    curves.epoch(1, { loss: 1.5, val_loss: 1.2 });
    curves.batch(1, 10, { loss: 1.4 });
    expect(curves.live("loss")).toEqual([
      [1, 1.5],
      [1.25, 1.4],
    ]);
    expect(curves.live("val_loss")).toEqual([[1, 1.2]]);
  });

  it("give up batches that come after their epoch has ended", () => {
    const curves = new Curves();
    curves.epoch(2, { loss: 1 });
    curves.batch(1, 39, { loss: 9 });
    expect(curves.live("loss")).toEqual([[2, 1]]);
  });

  it("do steps again after a checkpoint without going back in time", () => {
    const curves = new Curves();
    curves.steps = 40;
    curves.batch(0, 30, { loss: 3 });
    curves.batch(0, 10, { loss: 4 });
    expect(curves.live("loss")).toEqual([[0.25, 4]]);
  });

  it("put batches in their places as soon as somebody knows how many steps an epoch has", () => {
    const curves = new Curves();
    curves.batch(0, 1, { loss: 3 });
    curves.batch(0, 2, { loss: 2 });
    curves.steps = 40;
    expect(curves.live("loss")).toEqual([
      [0.025, 3],
      [0.05, 2],
    ]);
  });

  it("keep the order of epochs, whatever order they come in", () => {
    const curves = new Curves();
    curves.epoch(2, { loss: 2 });
    curves.epoch(1, { loss: 1 });
    curves.epoch(2, { loss: 2 });
    expect(curves.points("loss")).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("name each metric once, the loss first", () => {
    const curves = new Curves();
    curves.epoch(1, { accuracy: 1, loss: 1, val_accuracy: 1, val_loss: 1 });
    expect(curves.names()).toEqual(["loss", "accuracy"]);
  });

  it("keep a value that was no number as a gap", () => {
    const curves = new Curves();
    curves.epoch(1, { loss: null });
    expect(curves.points("loss")).toEqual([[1, null]]);
    expect(curves.newest("loss")).toBeNull();
  });
});

describe("smoothing", () => {
  it("leaves the points with a weight of 0, and begins at the first value", () => {
    const points = [[1, 4] as const, [2, 2] as const];
    expect(smoothed(points, 0)).toEqual(points);
    expect(smoothed(points, 0.5)[0]).toEqual([1, 4]);
    expect(smoothed(points, 0.5)[1]?.[1]).toBeCloseTo((4 * 0.25 + 2 * 0.5) / 0.75);
  });
});

describe("alignment", () => {
  it("puts lists over common places, with holes where one has no point", () => {
    expect(
      aligned([
        [
          [1, 5],
          [2, null],
        ],
        [[1.5, 7]],
      ]),
    ).toEqual([
      [1, 1.5, 2],
      [5, undefined, null],
      [undefined, 7, undefined],
    ]);
  });
});
