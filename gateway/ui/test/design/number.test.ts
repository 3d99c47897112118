import { expect, it } from "vitest";
import { within } from "@/design/NumberField";

it.each([
  [1e18, { integer: true, min: 1 }, Number.MAX_SAFE_INTEGER],
  [-1e18, { integer: true }, Number.MIN_SAFE_INTEGER],
  [1e18, {}, Number.MAX_SAFE_INTEGER],
  [1e18, { max: 1e20 }, Number.MAX_SAFE_INTEGER],
  [1e18, { max: 100 }, 100],
  [-5, { min: 1 }, 1],
  [2.5, { integer: true }, 3],
  [0.1 + 0.2, {}, 0.3],
])("holds %d in %j to %d, which JSON can tell", (value, range, expected) => {
  expect(within(value, range)).toBe(expected);
});
