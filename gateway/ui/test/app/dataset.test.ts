import { expect, it } from "vitest";
import { rowsOf } from "@/app/dataset";

const PARTS = ["train", "validation", "test"] as const;

it.each([
  [{ train: 0.7, validation: 0.2, test: 0.1 }, 1797, [1258, 359, 180]],
  [{ train: 0.5, validation: 0.5, test: 0 }, 5, [2, 2, 1]],
  [{ train: 0.7, validation: 0.2, test: 0.1 }, 1, [1, 0, 0]],
  [{ train: 0.5, validation: 0.5, test: 0 }, 3, [2, 1, 0]],
])("%j of %d rows are %j, as Python rounds", (shares, rows, expected) => {
  expect(PARTS.map((part) => rowsOf({ ...shares, seed: 1 }, part, rows))).toEqual(expected);
});
