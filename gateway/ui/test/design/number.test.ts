import { expect, it } from "vitest";
import { evaluate } from "@/design/expression";
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

it.each([
  ["1e308", 65_536],
  ["-5", 1],
  ["3*(4+1)", 15],
  [" 7 ", 7],
])("takes %j, as it is typed, for %d", (typed, expected) => {
  expect(within(evaluate(typed) ?? Number.NaN, { integer: true, min: 1, max: 65_536 })).toBe(expected);
});

it.each(["abc", "1/0", "", " "])("takes %j for no number", (typed) => expect(evaluate(typed)).toBeNull());
